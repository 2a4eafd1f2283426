import socket
import time

import psutil


def cause(pid, port):
    used = [sum(psutil.Process(pid).cpu_times()[:2])]
    answer = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        connection.settimeout(1.5)
        try:
            answer = connection.recv(100)
        except TimeoutError:
            pass
    time.sleep(0.1)
    used.append(sum(psutil.Process(pid).cpu_times()[:2]))
    return "computes" if used[1] - used[0] > 0.05 else "waits" if answer else "stuck"
