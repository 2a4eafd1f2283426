"""Commands that name a port run in a network namespace of their own, where the system allows it."""

import fcntl
import json
import os
import shlex
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from compare.processes import environment

LOCK = Path(tempfile.gettempdir()) / f"workshop-tests-{os.getuid()}.lock"
HOLD = "ip link set lo up && echo up && exec cat"  # until its stdin is closed, also by our death
ASK = """
import http.client, json, sys
port, path, form = sys.argv[1:]
connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
connection.request("POST" if form else "GET", path, form or None, headers)
answer = connection.getresponse()
print(json.dumps([answer.status, dict(answer.headers), answer.read().decode()]))
"""


def eventually(condition, seconds=15):
    """Return what the condition gives as soon as it is true; fail when that takes too long."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s")
        time.sleep(0.05)
    return value


class Network:
    """A network namespace with a loopback interface.

    Where the system refuses one, it is this machine's own network, for one test at a time.
    """

    def __enter__(self):
        self.holder = subprocess.Popen(
            ["sh", "-c", f"exec unshare --user --map-root-user --net sh -c '{HOLD}'"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.is_private = self.holder.stdout.readline() == b"up\n"
        enter = f"nsenter --target {self.holder.pid} --user --net --preserve-credentials"
        self.prefix = enter if self.is_private else ""
        self.turn = None
        if not self.is_private:
            self.turn = LOCK.open("w")
            fcntl.flock(self.turn, fcntl.LOCK_EX)
        return self

    def __exit__(self, *_):
        if self.turn:
            self.turn.close()
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()

    def command(self, text):
        """Return the command that runs a shell's text in this network."""
        return f"{self.prefix} sh -c {shlex.quote(text)}".strip()

    def need(self, port):
        """Fail in one line when the port is taken, which happens only where it is not private."""
        if self.is_private:
            return
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                pytest.fail(f"port {port} is taken, and this system refuses network namespaces")

    def ask(self, port, path="/", **form):
        """Return status, headers and body of GET, or POST of a form; None when nobody answers."""
        arguments = [str(port), path, urlencode(form, doseq=True)]
        command = [*shlex.split(self.prefix), sys.executable, "-I", "-c", ASK, *arguments]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, env=environment()
        )
        return json.loads(done.stdout) if done.returncode == 0 else None

    def listens(self, port):
        """Return whether somebody listens on the port, without asking anything of it."""
        connect = "import socket, sys; socket.create_connection(('127.0.0.1', int(sys.argv[1])), 1)"
        command = [*shlex.split(self.prefix), sys.executable, "-I", "-c", connect, str(port)]
        done = subprocess.run(command, check=False, capture_output=True)
        return done.returncode == 0

    def wait_for(self, port, process):
        """Return the first answer; fail when the process ends before it."""

        def answer():
            assert process.poll() is None, "the server ended before it answered"
            return self.ask(port)

        return eventually(answer)
