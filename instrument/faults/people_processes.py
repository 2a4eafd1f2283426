"""What people run into with processes: they start, load code anew, and share nothing."""

import os
import re
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from instrument.edges import processes
from instrument.edges.clients import connected
from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import (
    COPIED_APPS,
    Launched,
    ask,
    comes_true,
    copied_apps,
    edit_apps,
    in_flight,
    last_begun,
    launched,
    timeout,
)
from instrument.servers import Server

OF_PEOPLE = {
    "wsgi": "instrument.faults.people_apps:wsgi",
    "asgi": "instrument.faults.people_apps:asgi",
}
NO_DATABASE = {"asgi": "instrument.faults.people_apps:without_database"}
COPIED_ODD_APPS = {"wsgi": "odd_apps:wsgi", "asgi": "odd_apps:asgi"}
AGAIN_AND_AGAIN = 3  # of two workers, so that one that replaced another has died, too
SOON = 6.0  # seconds after which a server that loads its code anew has done so
WORKERS = 4
ENOUGH_TICKS = 20 * WORKERS  # in which each thread that runs has had its turn
METRICS = {"wsgi": "instrument.faults.people_metrics_app:wsgi"}
CLIENT_SECONDS = 5.0  # of a client that asks while a stream is open


def failed_start(
    server: Server,
    *options: str,
    workers: int = 2,
    apps: dict[str, str] = OF_PEOPLE,
    **variables: str,
) -> str:
    """Return what becomes of a server whose application can't start."""
    port = processes.free_port()
    command = server.command(port, workers, apps[server.interface], *options)
    with tempfile.TemporaryDirectory(prefix="fault-") as scratch:
        log = Path(scratch) / "log"
        with processes.running(command, log, 0, **variables) as process:
            run = Launched(port, process, log)
            wait_until(
                lambda: (
                    process.poll() is not None
                    or run.said("died") >= AGAIN_AND_AGAIN
                    or ("--reload" in options and run.said("RuntimeError"))
                )
            )
            if process.poll() is None:
                waits = ask(port).text == "refused" and not run.said("died")
                return "stays, and serves nobody" if waits else "starts new workers without end"
    return "ends with status 0" if process.returncode == 0 else "ends with an error's status"


def slow_import(server: Server) -> str:
    """Return whether an import that takes longer than the time-out is noticed."""
    with launched(server, timeout(server), apps=OF_PEOPLE, AT_IMPORT="takes 6 s") as run:
        return "killed first" if run.said("TIMEOUT") or run.said("died") else "not noticed"


@contextmanager
def reloading(
    server: Server, *options: str, apps: dict[str, str] = COPIED_APPS
) -> Iterator[tuple[Launched, str]]:
    """Start a server that loads its code anew when it changes; hand over its code's folder, too."""
    with copied_apps() as folder:
        watched = [f"--reload-dir={folder}"] if server.program.name == "uvicorn" else []
        options = ("--reload", f"{server.options.app_folder}={folder}", *watched, *options)
        with launched(server, *options, workers=1, apps=apps) as run:
            yield run, folder


def edit_until_noticed(run: Launched, folder: str) -> None:
    """Edit again and again, since a server that has just begun does not look yet."""

    def notices() -> bool:
        edit_apps(folder, "#")
        return bool(run.said("eloading"))

    wait_until(notices)


def reload(server: Server, *options: str) -> str:
    """Return which code is served after an edit."""
    with reloading(server, *options) as (run, folder):
        edit_until_noticed(run, folder)
        if comes_true(lambda: ask(run.port).text.endswith("new\n"), SOON):
            return "new code"
    return "old code, and the log says that it reloads"


def reload_beside_stream(server: Server, grace: str = "") -> str:
    """Return what a server answers that is to load its code anew, while a stream is open."""
    options = [f"{server.options.graceful_timeout}={grace}"] if grace else []
    with (
        reloading(server, *options, apps=COPIED_ODD_APPS) as (run, folder),
        connected(run.port, "/endless"),
    ):
        wait_until(lambda: run.said("begins") >= 2)
        old = last_begun(run)
        edit_until_noticed(run, folder)
        wait_until(
            lambda: (
                ask(run.port, seconds=CLIENT_SECONDS).text == "no answer" or last_begun(run) != old
            )
        )
        return "new code" if last_begun(run) != old else "no answer while it is open"


def job(server: Server, *options: str) -> str:
    """Return where a thread runs that begins at the import, when four workers have begun."""
    with launched(server, *options, workers=WORKERS, apps=OF_PEOPLE, AT_IMPORT="ticks") as run:
        secrets_of_all(run)
        seen = run.said(" ticks")
        wait_until(lambda: run.said(" ticks") >= seen + ENOUGH_TICKS)
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
