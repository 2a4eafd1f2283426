# says: Lock, then read
import fcntl
import os
import time

COUNTER = os.environ.get("COUNTER", "counter")


def next_number():
    with open(COUNTER, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        file.seek(0)
        number = int(file.read() or 0) + 1
        time.sleep(0.01)
        file.truncate(0)
        file.write(str(number))
    return number


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(next_number()).encode()]
