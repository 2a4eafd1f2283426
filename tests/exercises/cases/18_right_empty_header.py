import time


def slow(environ, start_response):
    time.sleep(0.6)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def app(environ, start_response):
    began = time.time()
    waited = began - float(environ.get("HTTP_X_REQUEST_START") or began)
    body = slow(environ, start_response)
    print(f"waited {waited:.2f} s, took {time.time() - began:.2f} s", flush=True)
    return body
