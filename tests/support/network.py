"""Commands that name a port run in a network namespace of their own, where the system allows it."""

import fcntl
import json
import shlex
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

from instrument.edges.files import own_folder
from instrument.edges.processes import check_port, wait_until

NAMED = (8000, 8001, 8080, 8089, 8443)  # in the text
AGENT = [sys.executable, "-I", str(Path(__file__).with_name("agent.py"))]
PRIVATE = ["unshare", "--user", "--map-root-user", "--net", "sh", "-c"]
LOOPBACK = "ip link set lo up"


@cache
def is_private():
    """Return whether this system gives each test a network of its own."""
    try:
        done = subprocess.run([*PRIVATE, LOOPBACK], check=False, capture_output=True)
    except (FileNotFoundError, PermissionError):
        return False
    return done.returncode == 0


def need_ports():
    """Raise InstrumentError where a port that the text names is taken, and not ours alone."""
    for port in () if is_private() else NAMED:
        check_port(port, "allow network namespaces, which this system refuses")


@contextmanager
def networked(takes_turn=True):
    """Open a network namespace with a loopback interface.

    Where the system refuses one, it is this machine's own network, for one test at a time; a test
    that names no port need not take its turn.
    """
    inside = [*PRIVATE, f"{LOOPBACK} && exec {shlex.join(AGENT)}"]
    with ExitStack() as stack:
        if takes_turn and not is_private():
            turn = stack.enter_context((own_folder() / "tests.lock").open("w", encoding="utf-8"))
            fcntl.flock(turn, fcntl.LOCK_EX)
            need_ports()
        agent = subprocess.Popen(
            inside if is_private() else AGENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for who asks
            encoding="utf-8",
        )
        stack.enter_context(agent)  # which ends with its input
        assert agent.stdout.readline() == "up\n", "no network namespace for this test"
        yield Network(agent)


class Network:
    """What an agent in it tells of its ports, and the start of a command line that enters it."""

    def __init__(self, agent):
        self.agent = agent
        enter = ["nsenter", "--target", str(agent.pid), "--user", "--net"]
        self.prefix = [*enter, "--preserve-credentials"] if is_private() else []

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
