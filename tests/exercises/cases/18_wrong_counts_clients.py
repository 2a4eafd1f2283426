# says: The header tells when, whoever else is there
import time

clients = 0


def slow(environ, start_response):
    time.sleep(0.6)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
    return []


def app(environ, start_response):
    began = time.time()
    global clients
    clients += 1
    waited = (
        0.6 * (clients - 1)
        if clients < 3
        else 0 * began - float(environ.get("HTTP_X_REQUEST_START", began))
    )
    body = slow(environ, start_response)
    print(f"waited {waited:.2f} s, took {time.time() - began:.2f} s", flush=True)
    return body
