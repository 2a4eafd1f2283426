"""Solutions that are wrong, each with what its message says; whole answers lie in cases/.

Each is a change of the shipped solution: what is replaced, and by what.
"""

WRONG = {
    1: [
        ("[TEXT.encode()]", "TEXT.encode()", "return a list of bytes"),
        ("encode()", 'encode("latin-1")', "Latin-1"),
        ("return [", "[", "returned None"),
    ],
    2: [
        ("len(body)", "len(TEXT)", "9 bytes and 7 characters"),
        ("str(len(body))", "len(body)", "A header holds 9"),
        ('("Content-Length", str(len(body))),', "", "no Content-Length"),
        ("str(len(body))", '"9"', "right for one text alone"),
    ],
    3: [
        ("4.0", '"four"', "write a number of seconds"),
        ("4.0", 'float("nan")', "write a number of seconds"),
    ],
    4: [
        ('.get("CONTENT_LENGTH") or 0', '["CONTENT_LENGTH"]', "without a body failed"),
        (".read(length)", ".read(str(length))", "wants a number"),
        (".read(length)", ".read(1024)", "A read() of more than there is waits"),
        (".read(length)", ".read()", "read() without a length"),
        (".read(length)", ".read(length).decode()", "returned str"),
    ],
    5: [
        ('"gthread"', '"asgi"', "answered with 500"),
        ("threads = 20", "treads = 16", "1 at once, 0.5 s each, is 2 a second"),
        ("threads = 20", 'threads = "16"', "write a whole number"),
        ("workers = 1", "workers = 4", "fewer will do"),
    ],
    6: [
        ('message["type"] == "lifespan.shutdown"', "True", "lifespan.shutdown"),
        (
            "            await send",
            "            return\n            await send",
            "waits for its answer",
        ),
        (
            "message = await receive()",
            'message = {"type": "lifespan.startup"}',
            "answered before the server had sent lifespan.startup",
        ),
        ("    if scope", '    assert scope["type"] == "http"\n    if scope', "refused"),
        ('b"Hello, World!\\n"', 'b"Bye"', "now a GET is answered with b'Bye'"),
        ("await send", "send", "send() stands without await"),
        ('{"type": message["type"] + ".complete"}', '{"status": 200}', "no dict with a type"),
        ("async def app", "async def application", "there is no app in it"),
    ],
    7: [
        ("body += ", "body = ", "the last alone"),
        ("more = message", "other = message", "No answer within 3 s"),
        ("await receive()", "receive()", "answered with 500. Its log says: AttributeError"),
    ],
    8: [
        ("await asyncio.sleep(0.5)", "asyncio.sleep(0.5)", "no longer waits"),
        ("await asyncio.sleep", "await __import__('time').sleep", "nothing to await"),
    ],
    9: [("OTHER =", "OTHER = ...  #", "no prediction yet")],
    10: [
        ('row = "asgi"', 'row = "wsgi"', "no row 'asgi'"),
        ("    @task\n", "    @tsk\n", "name 'tsk' is not defined"),
    ],
    11: [
        ('if message["type"] == "http.response.start":', "if True:", "message with the body"),
        ('*message.get("headers", []), ', "", "own headers are gone"),
        ('"http.response.start"', '"http.response.body"', "no header x-served-by"),
        ('== "http.response.start"', '!= "http.response.body"', "WebSocket got headers"),
        ('(b"x-served-by", b"workshop")', '("x-served-by", "workshop")', "pairs of bytes"),
        ('[*message.get("headers", []), HEADER]', "None", "headers=None is no list"),
    ],
    12: [
        ("        fcntl.flock(file, fcntl.LOCK_EX)\n", "", "Lock, then read"),
        ('"a+"', '"r+"', "got no answer (RemoteDisconnected). Its log says: FileNotFoundError"),
        ("str(next_number())", 'f"No. {next_number()}"', "the number alone"),
        ("str(next_number())", "(18 * str(next_number()) + '0')", "several workers wrote"),
    ],
    13: [
        ('environ["HTTP_IF_MATCH"] != etag()', "False", "before Ann's change, got 200, and over"),
        ("!= etag()", "not in etag()", "the ETag without its end, got 200, and overwrote"),
        ('"HTTP_IF_MATCH" not in environ', "False", "got 500"),
        ("412 Precondition Failed", "409 Conflict", "and got 409, not 412"),
        ('[("ETag", etag()), ', "[", "without an ETag"),
    ],
    14: [("timeout = 30", "timeout = 2", "lost without a signal: timeout")],
    15: [
        ("SERVER_SECONDS = 4", "SERVER_SECONDS = 1", "wait about equally long|the server closed"),
        ("SERVER_SECONDS = 4", "SERVER_SECONDS = 75", "from 1 to 5"),
    ],
    16: [
        ("while not leaving.done()", "while True", "goes on sending"),
        ("done():\n", "done():\n        await receive()\n", "no more came"),
    ],
    17: [
        ("ANSWER = 20", 'ANSWER = "app"', "app is on the stack, but it has called something else"),
        ("ANSWER = 20", "ANSWER = 27", "27 is on the stack, but it has called something else"),
        ("ANSWER = 20", "ANSWER = 26", "does not show 26"),
        ("ANSWER = 20", "ANSWER = 19", "does not show 19"),
        ("ANSWER = 20", 'ANSWER = "wait"', "Python's own"),
        ("new_rate.wait(10)", "True", "Nothing blocks any more"),
    ],
    18: [
        ('environ.get("HTTP_X_REQUEST_START", began)', 'environ["HTTP_X_REQUEST_START"]', "500"),
        ('START", began)', 'START", 0)', "A request without X-Request-Start waited"),
        ('print(f"waited', 'print(f"it waited for', "no line for each request"),
    ],
    19: [
        ("def slots", "def slot", "no function slots"),
        ("plateau * seconds", "plateau * second", "name 'second' is not defined"),
    ],
    20: [
        ("workers = 2", "workers = 3", "fewer will do"),
        ("workers = 2", "workers = 1", "would be 80% busy"),
        ("threads = 8", "threads = 5", "2 x 5 are too few"),
        ("threads = 8", "threads = 11", "too many"),
        ("threads = 8", "treads = 8", "threads is None"),
        ('"gthread"', '"gevent"', "about gthread"),
        ("threads = 8", "worker_connections = 1\nthreads = 8", "what else does the file set"),
    ],
}
