import time


def slow(environ, start_response):
    time.sleep(0.6)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def app(environ, start_response):
    began = time.time()
    came = environ.get("HTTP_X_REQUEST_START")
    waited = f"{began - float(came):.2f} s" if came else "(unknown)"
    body = slow(environ, start_response)
    print(f"waited {waited}, took {time.time() - began:.2f} s", flush=True)
    return body
