"""Opens the lab: two servers and Locust's page, until Ctrl-C."""

import argparse
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from instrument.edges import processes, signals
from instrument.edges.errors import InstrumentError
from instrument.edges.signals import Interrupted
from instrument.servers import Subject


def invitation(subjects: list[Subject], ports: list[int], options: argparse.Namespace) -> str:
    """Return what to do with a lab that is open."""
    where = " and ".join(
        f"{subject.name} on port {port}" for subject, port in zip(subjects, ports, strict=True)
    )
    page = f"http://127.0.0.1:{options.web_port}"
    return f"""
{where}, with {options.workers} workers each, are up.

Predict first: {options.users} users, half of them for each server. How many requests will each
answer in a second? How long will a user wait?

1. Open {page}
2. Scroll down, and press Start: {options.users} users, {options.spawn_rate} more each second.
3. Press "The lab: a line for each server", at the top of the page, and watch the two lines.

Then press Edit in Locust's page, and double the users. Which line changes?

Without Locust, twelve requests from your browser: {page}/lab/staircase

Ctrl-C ends everything.
"""


def open_lab(subjects: list[Subject], options: argparse.Namespace) -> None:
    """Start two servers and Locust's page, say what to do, and wait for Ctrl-C.

    Raises InstrumentError when a port is taken, or Locust ends.
    """
    if len(subjects) != 2:
        raise InstrumentError("the lab shows two servers: name two different ones, or none")
    for subject in subjects:
        if subject.path != "/":
            raise InstrumentError(f"the lab asks for /, but {subject.name} waits at {subject.path}")
    ports = [options.port, options.port + 1]
    if options.web_port in ports:
        told = f"port {options.web_port} is for a server: choose another with --web-port"
        raise InstrumentError(told)
    for port, option in (*((port, "--port") for port in ports), (options.web_port, "--web-port")):
        processes.check_port(port, f"choose another with {option}")
    print("Starting two servers and Locust…", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        ExitStack() as stack,
        stopped_by_ctrl_c(),
    ):

        def start(name: str, command: list[str], port: int, booted: str = "") -> Callable[[], None]:
            """Return what raises InstrumentError when the process has ended."""
            log = Path(scratch) / f"{name}.log"
            serving = processes.serving(name, command, port, log, booted, options.workers)
            process = stack.enter_context(serving)
            return partial(processes.check_alive, process, name, "before it was stopped", log)

        checks = [
            start(each.name, each.command(port, options.workers), port, each.server.booted)
            for each, port in zip(subjects, ports, strict=True)
        ]
        check_locust = start("Locust", page_command(subjects, ports, options), options.web_port)
        print(invitation(subjects, ports, options), flush=True)
        watch(checks, check_locust)
    print("Both servers and Locust are stopped.")


@contextmanager
def stopped_by_ctrl_c() -> Iterator[None]:
    """Take Ctrl-C for the way out; other signals are interruptions still."""
    try:
        yield
    except Interrupted as interruption:
        if interruption.number != signal.SIGINT:
            raise


def page_command(
    subjects: list[Subject], ports: list[int], options: argparse.Namespace
) -> list[str]:
    pairs = (f"{subject.name}={port}" for subject, port in zip(subjects, ports, strict=True))
    command = ["locust", "--locustfile", "instrument/locustfiles/lab.py,locustfile.py"]
    command += ["--web-host", "127.0.0.1", "--web-port", str(options.web_port)]
    command += ["--users", str(options.users), "--spawn-rate", str(options.spawn_rate)]
    return [*command, "--servers", ",".join(pairs), "--server-workers", str(options.workers)]


def watch(checks: list[Callable[[], None]], check_locust: Callable[[], None]) -> None:
    """Wait for Ctrl-C; say which server ends before it, and raise InstrumentError when Locust does."""
    while True:
        signals.check()
        check_locust()
        for check in checks[:]:
            try:
                check()
            except InstrumentError as error:
                print(f"{error}: to have it back, press Ctrl-C and open the lab again", flush=True)
                checks.remove(check)
        time.sleep(0.2)
