"""What people run into since each worker is a process: jobs, secrets, chats, metrics."""

import os
import re
import signal
import tempfile

from connections.chat_client import chat
from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import Launched, ask, in_flight, launched
from instrument.faults.people_starts import OF_PEOPLE
from instrument.servers import Server

WORKERS, CLIENTS = 4, 20
TICKS = 20 * WORKERS  # in which each thread that runs has had its turn
CHAT = {"asgi": "connections.chat_app:app"}
METRICS = {"wsgi": "instrument.faults.people_metrics_app:wsgi"}


def job(server: Server, *options: str) -> str:
    """Return where a thread runs that begins at the import, when four workers have begun."""
    with launched(server, *options, workers=WORKERS, apps=OF_PEOPLE, AT_IMPORT="ticks") as run:
        secrets_of_all(run)
        seen = run.said(" ticks")
        wait_until(lambda: run.said(" ticks") >= seen + TICKS)
        ticking = re.findall(r"(\d+) ticks", run.log.read_text(encoding="utf-8"))[seen:]
    if set(ticking) == {str(run.master.pid)}:
        return "runs once, in the master"
    return f"runs {len(set(ticking))} times"


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
