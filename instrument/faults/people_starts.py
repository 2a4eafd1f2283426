"""What people run into when a server starts, or loads its code anew: it fails, hangs, or says nothing."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from instrument.edges import processes
from instrument.edges.clients import connected
from instrument.edges.processes import wait_until
from instrument.faults.fixtures import (
    COPIED_APPS,
    Launched,
    ask,
    comes_true,
    copied_apps,
    edit_apps,
    last_begun,
    launched,
)
from instrument.servers import Server

OF_PEOPLE = {
    "wsgi": "instrument.faults.people_apps:wsgi",
    "asgi": "instrument.faults.people_apps:asgi",
}
NO_APP = dict.fromkeys(OF_PEOPLE, "no_such_module:app")
COPIED_ODD_APPS = {"wsgi": "odd_apps:wsgi", "asgi": "odd_apps:asgi"}
TIMEOUT_SECONDS = 2
AGAIN_AND_AGAIN = 3  # of two workers, so that one that replaced another has died, too
SOON = 6.0  # seconds after which a server that loads its code anew has done so
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

            def said(text: str) -> int:
                return log.read_text(encoding="utf-8").count(text)

            wait_until(
                lambda: (
                    process.poll() is not None
                    or said("died") >= AGAIN_AND_AGAIN
                    or ("--reload" in options and said("RuntimeError"))
                )
            )
            if process.poll() is None:
                waits = ask(port).text == "refused" and not said("died")
                return "stays, and serves nobody" if waits else "starts new workers without end"
    return "ends with status 0" if process.returncode == 0 else "ends with an error's status"


def slow_import(server: Server) -> str:
    """Return whether an import that takes longer than the time-out is noticed."""
    short = f"{server.options.timeout}={TIMEOUT_SECONDS}"
    with launched(server, short, apps=OF_PEOPLE, AT_IMPORT="takes 6 s") as run:
        return "killed first" if run.said("TIMEOUT") or run.said("died") else "not noticed"


def import_with_gil(server: Server) -> str:
    short = f"{server.options.timeout}={TIMEOUT_SECONDS}"
    return failed_start(server, short, AT_IMPORT="keeps the GIL")


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
