"""Exercise 12: a counter that four workers share.

Each request is to get the next number: 1, 2, 3, and none twice. Each worker is a process with
variables of its own. Use what they share: COUNTER is the name of a file which you may create.
"""

import os
import time

COUNTER = os.environ.get("COUNTER", "counter")
number = 0


def next_number():  # TODO
    global number
    read = number
    time.sleep(0.01)  # leave this between reading and writing: it shows what the others write
    number = read + 1
    return number


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(next_number()).encode()]
