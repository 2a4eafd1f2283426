"""Commands that name a port run in a network namespace of their own, where the system allows it."""

import fcntl
import json
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from instrument.edges.errors import InstrumentError
from instrument.edges.files import own_folder
from instrument.edges.processes import check_port, wait_until

NAMED = (8000, 8001, 8080, 8089, 8443)  # in the text
AGENT = [sys.executable, "-I", str(Path(__file__).with_name("agent.py"))]
PRIVATE = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c"]
LOOPBACK = f"ip link set lo up && exec {shlex.join(AGENT)}"


@cache
def is_private():
    """Return whether this system gives each test a network of its own."""
    try:
        done = subprocess.run([*PRIVATE, "ip link set lo up"], check=False, capture_output=True)
    except (FileNotFoundError, PermissionError):
        return False
    return done.returncode == 0


def taken_ports():
    """Return which of the ports that the text names are taken, and by what, in a line, or nothing."""
    taken = {port for port in NAMED if not is_free(port)}
    listening = [
        each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN
    ]
    holders = {each.laddr.port: each.pid for each in listening if each.pid}
    told = []
    for port in sorted(taken):
        holder = "a process of another user"
        if pid := holders.get(port):
            holder = f"{psutil.Process(pid).name()} (process {pid})"
        told.append(f"port {port} is taken by {holder}")
    return ", ".join(told)


def is_free(port):
    try:
        check_port(port)
    except InstrumentError:
        return False
    return True


class Network:
    """A network namespace with a loopback interface.

    Where the system refuses one, it is this machine's own network, for one test at a time; a test
    that names no port need not take its turn.
    """

    def __init__(self, takes_turn=True):
        self.takes_turn = takes_turn
        self.turn = None

    def __enter__(self):
        self.agent = self.begin(shlex.join([*PRIVATE, LOOPBACK]))
        self.is_private = self.agent.stdout.readline() == "up\n"
        self.prefix = []
        if self.is_private:
            self.prefix = ["nsenter", "--target", str(self.agent.pid), "--user", "--net"]
            self.prefix.append("--preserve-credentials")
        else:
            self.leave()
            if self.takes_turn:
                self.turn = (own_folder() / "tests.lock").open("w", encoding="utf-8")
                fcntl.flock(self.turn, fcntl.LOCK_EX)
            self.agent = self.begin(shlex.join(AGENT))
            self.agent.stdout.readline()
        return self

    def __exit__(self, *_):
        self.leave()
        if self.turn:
            self.turn.close()

    def begin(self, command):
        return subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for who asks
            encoding="utf-8",
        )

    def leave(self):
        self.agent.stdin.close()
        self.agent.wait()
        self.agent.stdout.close()

    def command(self, text):
        """Return the command that runs a shell's text in this network."""
        return [*self.prefix, "sh", "-c", text]

    def need(self, port):
        """Fail in one line when the port is taken, which happens only where it is not private."""
        if not self.is_private and not is_free(port):
            pytest.fail(f"port {port} is taken, and this system refuses network namespaces")

    def question(self, *words):
        self.agent.stdin.write(json.dumps(words) + "\n")
        self.agent.stdin.flush()
        return json.loads(self.agent.stdout.readline())

    def ask(self, port, path="/", **form):
        """Return status, headers and body of GET, or POST of a form; None when no server answers."""
        return self.question(port, path, urlencode(form, doseq=True))

    def listens(self, port):
        """Return whether a server listens on the port, without asking anything of it."""
        return self.question(port, "", "")

    def wait_for(self, port, process):
        """Return the first answer; fail when the process ends before it."""
        return wait_until(lambda: self.ask(port), process)
