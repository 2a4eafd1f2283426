"""Exercise 18: log how long a request waited.

The proxy in front writes into the header X-Request-Start when a request came to it, in seconds
since 1970. Print the wait as well: it ends when app is called. What if there is no such header?
"""

import time


def slow(environ, start_response):
    time.sleep(0.6)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def app(environ, start_response):
    began = time.time()
    waited = 0  # TODO
    body = slow(environ, start_response)
    print(f"waited {waited:.2f} s, took {time.time() - began:.2f} s", flush=True)
    return body
