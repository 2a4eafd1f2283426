"""Asks servers in the network that it runs in: reads a question a line, and prints what came back.

A question is [port, path, form]; without a path, it is whether a server listens there.
"""

import json
import socket
import sys

CLOSE = {"Connection": "close"}
FORM = {**CLOSE, "Content-Type": "application/x-www-form-urlencoded"}


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def answer(port, path, form):
    """Return status, headers and body of GET, or POST of a form; None when no server answers.

    The server has then closed the connection, and so is done with the request.
    """
    import http.client  # which takes longer than the rest, and most are not asked

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.connect()
        with connection.sock.dup() as same:
            method, headers = ("POST", FORM) if form else ("GET", CLOSE)
            connection.request(method, path, form or None, headers)
            got = connection.getresponse()
            told = [got.status, dict(got.headers), got.read().decode()]
            while same.recv(1):
                pass
        return told
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def main():
    print("up", flush=True)
    for line in sys.stdin:  # which ends with its writer
        port, path, form = json.loads(line)
        print(json.dumps(answer(port, path, form) if path else listens(port)), flush=True)


if __name__ == "__main__":
    main()
