"""Exercise 13: the lost update.

Two clients read a note, and both write: the second overwrites what the first has written. Store
a note only if the request's If-Match (environ["HTTP_IF_MATCH"]) is the note's ETag now. Answer
412 Precondition Failed if it is another one, and 428 Precondition Required if there is none.
"""

import hashlib

note = b"first"


def etag():
    return f'"{hashlib.sha256(note).hexdigest()[:8]}"'


def app(environ, start_response):
    global note
    status = "200 OK"
    if environ["REQUEST_METHOD"] == "PUT":
        length = int(environ.get("CONTENT_LENGTH") or 0)
        note = environ["wsgi.input"].read(length)  # TODO
    start_response(status, [("ETag", etag()), ("Content-Length", str(len(note)))])
    return [note]
