"""Opens the lab as a user does, on free ports, and asks it as its page does."""

import json
import sys
from contextlib import contextmanager
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from instrument.edges import processes
from instrument.edges.processes import free_port, wait_until


@contextmanager
def opened(log, *arguments):
    """Open the lab on free ports; return its process, the port of its servers and its page."""
    port = free_port(3)
    web_port = port + 2
    command = [sys.executable, "-m", "compare", "lab", *arguments]
    command += ["--port", str(port), "--web-port", str(web_port)]
    with processes.running(command, log) as process:

        def invited():
            assert process.poll() is None, log.read_text(encoding="utf-8")
            return "Ctrl-C ends everything." in log.read_text(encoding="utf-8")

        wait_until(invited, seconds=30)
        yield process, port, f"http://127.0.0.1:{web_port}"


def asked(page, path, **form):
    with urlopen(f"{page}{path}", urlencode(form).encode() if form else None, timeout=10) as answer:
        return answer.read().decode()


def lab_data(page):
    return json.loads(asked(page, "/lab/data"))


def lines_now(page):
    """Return the last sample of each line; none before the first."""
    samples = lab_data(page)["samples"]
    return samples[-1]["lines"] if samples else []


def near(number):
    return pytest.approx(number, rel=0.05)


def most(times, seconds):
    """Return how many are answered within so many seconds, where they are most."""
    return max(sum(begin <= each < begin + seconds for each in times) for begin in times)
