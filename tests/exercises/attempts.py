"""Solutions that are wrong, each with what its message says, and others that are right.

Each is a change of the shipped solution: what is replaced, and by what.
"""

WRONG = {
    1: [
        ("TEXT.encode()", "TEXT", "WSGI wants bytes"),
        ("[TEXT.encode()]", "TEXT.encode()", "return a list of bytes"),
        ("encode()", 'encode("latin-1")', "Latin-1"),
        ("encode()", "encode", "a list with <built-in method"),
        ("return [", "[", "returned None"),
    ],
    2: [
        ("len(body)", "len(TEXT)", "9 bytes and 7 characters"),
        ("len(body)", "len(body) + 1", "promised 10 bytes and got 9"),
        ("str(len(body))", "len(body)", "A header holds 9"),
        ('("Content-Length", str(len(body))),', "", "no Content-Length"),
        ("str(len(body))", '"9"', "right for one text alone"),
        ("len(body)", "len(TEXT) + 2", "right for one text alone"),
        ("TEXT.encode()", "TEXT", "returned str"),
    ],
    3: [
        ("3.0", "2.4", "You said 4.0 s and 2.4 s. Measured just now: not so."),
        ("4.0", '"four"', "write a number of seconds"),
        ("4.0", 'float("nan")', "write a number of seconds"),
    ],
    4: [
        (
            'environ.get("CONTENT_LENGTH") or 0',
            'environ["CONTENT_LENGTH"]',
            "without a body failed",
        ),
        (".read(length)", ".read(str(length))", "wants a number"),
        (".read(length)", ".read(1024)", "A read() of more than there is waits"),
        (".read(length)", ".read()", "read() without a length"),
        (".upper()", "", "expected b'HELLO'"),
        (".read(length)", ".read(length).decode()", "returned str"),
    ],
    5: [
        ("threads = 20", "threads = 13", "is 26 a second"),
        ('"gthread"', '"asgi"', "answered with 500"),
        ("threads = 20", "treads = 16", "1 at once, 0.5 s each, is 2 a second"),
        ("threads = 20", 'threads = "16"', "write a whole number"),
        ("workers = 1", "workers = 4", "fewer will do"),
    ],
    6: [
        (
            '            if message["type"] == "lifespan.shutdown":\n',
            "            if True:\n",
            "lifespan.shutdown",
        ),
        ('if scope["type"] == "lifespan"', 'if scope["type"] == "none"', "refused the lifespan"),
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
        (
            '    if scope["type"]',
            '    assert scope["type"] == "http"\n    if scope["type"]',
            "refused",
        ),
        ('b"Hello, World!\\n"', 'b"Bye"', "now a GET is answered with b'Bye'"),
        ("await send", "send", "send() stands without await"),
        ('".complete"', '".completed"', "got lifespan.startup.completed"),
        ('{"type": message["type"] + ".complete"}', '{"status": 200}', "no dict with a type"),
        ("async def app", "async def application", "there is no app in it"),
    ],
    7: [
        ("body += ", "body = ", "the last alone"),
        ("while more:", "for _ in range(1):", "the first alone"),
        ("more = message", "other = message", "No answer within 3 s"),
        ("await receive()", "receive()", "answered with 500. Its log says: AttributeError"),
    ],
    8: [
        ("await asyncio.sleep", "__import__('time').sleep", "one after the other"),
        ("await asyncio.sleep(0.5)", "asyncio.sleep(0.5)", "no longer waits"),
        ("await asyncio.sleep", "await __import__('time').sleep", "nothing to await"),
    ],
    9: [
        ("ANSWER =", "ANSWER = 3 +", "Each thread holds one request"),
        ("OTHER =", "OTHER = ...  #", "no prediction yet"),
    ],
    10: [
        (
            "    abstract = True\n",
            "    abstract = True\n    wait_time = lambda self: 4\n",
            "look alike",
        ),
        ('row = "asgi"', 'row = "wsgi"', "no row 'asgi'"),
        ("    @task\n", "    @tsk\n", "name 'tsk' is not defined"),
    ],
    11: [
        ('if message["type"] == "http.response.start":', "if True:", "message with the body"),
        ('*message.get("headers", []), ', "", "own headers are gone"),
        ('"http.response.start"', '"http.response.body"', "no header x-served-by"),
        (
            '"type"] == "http.response.start"',
            '"type"] != "http.response.body"',
            "WebSocket got headers",
        ),
        ('(b"x-served-by", b"workshop")', '("x-served-by", "workshop")', "pairs of bytes"),
        ('[*message.get("headers", []), HEADER]', "None", "headers=None is no list"),
    ],
    12: [
        ("        fcntl.flock(file, fcntl.LOCK_EX)\n", "", "Lock, then read"),
        ('"a+"', '"r+"', "got no answer (RemoteDisconnected). Its log says: FileNotFoundError"),
        ("str(next_number())", 'f"No. {next_number()}"', "the number alone"),
        ('open(COUNTER, "a+"', 'open(f"{COUNTER}-{os.getpid()}", "a+"', "counts for itself"),
    ],
    13: [
        (
            'environ["HTTP_IF_MATCH"] != etag()',
            "False",
            "from before Ann's change, got 200, and overwr",
        ),
        ('"HTTP_IF_MATCH" not in environ', "False", "got 500"),
        ("412 Precondition Failed", "409 Conflict", "and got 409, not 412"),
        ('[("ETag", etag()), ', "[", "without an ETag"),
    ],
    14: [
        ("graceful_timeout = 10", "graceful_timeout = 2", "lost after TERM: graceful_timeout"),
        ("timeout = 30", "timeout = 2", "lost without a signal: timeout"),
    ],
    15: [
        ("SERVER_SECONDS = 4", "SERVER_SECONDS = 1", "Both wait equally long|the server closed"),
        ("NGINX_SECONDS = 1", "NGINX_SECONDS = 5", "the server closed"),
        ("SERVER_SECONDS = 4", "SERVER_SECONDS = 75", "from 1 to 5"),
    ],
    16: [
        ("while not leaving.done()", "while True", "goes on sending"),
        (
            "    while not leaving.done():\n",
            "    while not leaving.done():\n        await receive()\n",
            "no more came",
        ),
    ],
    17: [
        ("ANSWER = 20", "ANSWER = 26", "does not show 26"),
        ("ANSWER = 20", 'ANSWER = "app"', "has called something else"),
        ("ANSWER = 20", 'ANSWER = "wait"', "Python's own"),
        ("new_rate.wait(10)", "True", "Nothing blocks any more"),
    ],
    18: [
        ("began - float", "time.time() - 0 * float", "Together, these should be as long"),
        ('environ.get("HTTP_X_REQUEST_START", began)', 'environ["HTTP_X_REQUEST_START"]', "500"),
        ('START", began)', 'START", 0)', "A request without X-Request-Start waited"),
        ('print(f"waited', 'print(f"it waited for', "no line for each request"),
    ],
    19: [
        ("round(plateau * seconds)", "plateau", "You say 2.5 slots"),
        ("round(plateau * seconds)", "5", "You say 5 slots"),
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
    21: [
        ("cpu > 0.8", "False", 'it is "cpu"'),
        ("in_progress < 2", "users < 2", "You say 'pool': it is \"lock\""),
        ("_second * seconds", "_second / 4", 'it is "lock"'),  # right on paper alone
    ],
}

RIGHT = {
    1: ("[TEXT.encode()]", '(line.encode("utf-8") for line in [TEXT])'),
    2: ("str(len(body))", 'f"{sum(1 for _ in body)}"'),
    3: ("OTHER", "UNUSED"),
    4: ('int(environ.get("CONTENT_LENGTH") or 0)', 'int("0" + environ.get("CONTENT_LENGTH", ""))'),
    5: ("threads = 20", "threads = 40"),
    6: ('    assert scope["type"] == "http"\n', ""),
    7: ('body, more = b"", True', 'body, more = bytearray(), True'),
    8: ("asyncio.sleep(0.5)", "asyncio.to_thread(__import__('time').sleep, 0.5)"),
    9: ("ANSWER =", "ANSWER = 0.2 +"),
    10: ("    abstract = True\n", "    abstract = True\n    wait_time = lambda self: 0.1\n"),
    11: ("[*message.get(\"headers\", []), HEADER]", "[HEADER] + list(message[\"headers\"])"),
    12: ("fcntl.flock(file, fcntl.LOCK_EX)", "fcntl.lockf(file, fcntl.LOCK_EX)"),
    13: ('environ["HTTP_IF_MATCH"] != etag()', 'etag() not in environ["HTTP_IF_MATCH"].split(",")'),
    14: ("timeout = 30", 'worker_class = "gthread"\ntimeout = 6'),
    15: ("SERVER_SECONDS = 4", "SERVER_SECONDS = 3"),
    16: ("leaving = asyncio.create_task(left(receive))", "leaving = asyncio.ensure_future(left(receive))"),
    17: ("ANSWER = 20", 'ANSWER = "17_blocking_line.py:20"'),
    18: ('environ.get("HTTP_X_REQUEST_START", began)', '(environ.get("HTTP_X_REQUEST_START") or began)'),
    19: ("round(plateau * seconds)", "int(ladder[-1][1] * seconds + 0.5)"),
    20: ("threads = 8", "threads = 10"),
    21: ("in_progress < 2", "round(in_progress) == 1"),
}  # fmt: skip
