# says: and the note is b
import hashlib

note = b"first"


def etag():
    return f'"{hashlib.sha256(note).hexdigest()[:8]}"'


def app(environ, start_response):
    global note
    status = "200 OK"
    if environ["REQUEST_METHOD"] == "PUT":
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        if "HTTP_IF_MATCH" not in environ:
            status = "428 Precondition Required"
        elif environ["HTTP_IF_MATCH"] != etag():
            status = "412 Precondition Failed"
        else:
            note = body or note
    start_response(status, [("ETag", etag()), ("Content-Length", str(len(note)))])
    return [note]
