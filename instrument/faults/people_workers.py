"""What people run into since each worker is a process: jobs, secrets, chats, metrics, dumps."""

import os
import re
import signal
import tempfile

from connections.chat_client import chat
from instrument.edges.processes import is_alive, printed, wait_until
from instrument.faults.fixtures import Launched, ask, in_flight, launched
from instrument.faults.people_starts import OF_PEOPLE
from instrument.servers import Server

WORKERS, CLIENTS = 4, 20
CHAT = {"asgi": "connections.chat_app:app"}
METRICS = {"wsgi": "instrument.faults.people_metrics_app:wsgi"}


def job(server: Server, *options: str) -> str:
    """Return how often a thread that begins at the import runs in four workers."""
    with launched(server, *options, workers=WORKERS, apps=OF_PEOPLE, AT_IMPORT="ticks") as run:
        secrets_of_all(run)
        ticks = set(re.findall(r"(\d+) ticks", run.log.read_text(encoding="utf-8")))
    if ticks == {str(run.master.pid)}:
        return "runs once, in the master"
    return f"runs {len(ticks)} times"


def secret(server: Server, *options: str) -> str:
    with launched(server, *options, workers=WORKERS, apps=OF_PEOPLE) as run:
        found = len(set(secrets_of_all(run)))
    return "the same in each" if found == 1 else f"{found} different ones"


def secrets_of_all(run: Launched) -> list[str]:
    """Return the secret of each worker, when all of them have answered."""
    found: dict[str, str] = {}

    def have_answered() -> bool:
        worker, told = ask(run.port, "/secret").text.split()
        found[worker] = told
        return len(found) == WORKERS

    wait_until(have_answered)
    return list(found.values())


def broadcast(server: Server) -> str:
    """Return whom a message reaches; it is sent once the clients are spread over workers."""
    with launched(server, workers=WORKERS, apps=CHAT, is_asked=False) as run:
        held: list[str] = []
        told: list[str] = []
        while len(set(held)) < 2:
            held, told = chat(run.port, CLIENTS)
    if len(told) == CLIENTS:
        return f"reaches all {CLIENTS}"
    all_of_one = len(set(told)) == 1 and len(told) == held.count(told[0])
    return "reaches those of one worker" if all_of_one else f"reaches {len(told)}"


def dead_gauge(server: Server, *options: str) -> str:
    """Return what a gauge of live workers says of a request whose worker was killed."""
    with (
        tempfile.TemporaryDirectory(prefix="fault-") as folder,
        launched(server, *options, apps=METRICS, PROMETHEUS_MULTIPROC_DIR=folder) as run,
    ):
        with in_flight(run, "/wait") as (_, worker):
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: not is_alive(worker) and (not options or run.said("forgot it")))
        # the next worker's file is empty at first, which is answered with 500
        told = wait_until(lambda: (answer := ask(run.port)).status == 200 and answer.text)
        return f"{told} in progress"


def dump(server: Server, *options: str) -> str:
    """Return whether py-spy shows the line at which a request waits; uvicorn's parent is asked."""
    with (
        launched(server, workers=2, apps=OF_PEOPLE) as run,
        in_flight(run, "/block/4") as (_, worker),
    ):
        pid = run.master.pid if server.program.name == "uvicorn" else worker
        command = ["py-spy", "dump", "--pid", str(pid), *options]
        told = printed(command, run.log.with_name("dump"))
    return "the line" if "people_apps.py:" in told else "no line of the application"


def greenlets(server: Server) -> str:
    with (
        launched(
            server, "--config=python:instrument.faults.people_greenlets", apps=OF_PEOPLE
        ) as run,
        in_flight(run, "/block/4") as (_, worker),
    ):
        os.kill(worker, signal.SIGUSR2)
        wait_until(lambda: re.search(r'people_apps\.py", line \d+', run.log.read_text("utf-8")))
    return "the line"
