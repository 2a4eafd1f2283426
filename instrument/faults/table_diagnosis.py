"""What each server tells of a request that blocks, or waits for its turn."""

import os
import re
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from instrument.edges.clients import connected
from instrument.edges.processes import is_alive, printed, wait_until
from instrument.faults.fixtures import ODD_APPS, Launched, Users, ask, in_flight, launched, timeout
from instrument.faults.table import Row, table_of
from instrument.servers import OLDEST, Server

APPS = {"wsgi": "diagnosis.wsgi_app:app", "asgi": "diagnosis.asgi_app:app"}
WATCHED = {"asgi": "diagnosis.watched_app:app"}
STACKS = "--config=diagnosis/stacks.py"
SECOND = 1  # that /after of the odd apps works on, too


def shown_from(first: tuple[int, int], is_shown: bool, how: str) -> str:
    """Return the same on each Python, where it is shown on this version and newer ones."""
    if first > OLDEST and is_shown == (sys.version_info >= first):
        return f"from Python {first[0]}.{first[1]} on"
    return how if is_shown else "nothing"


def least_workers(server: Server) -> int:
    """Return how many workers it takes until a master looks after them."""
    return 1 if server.program.has_lone_master else 2


def debug_mode(server: Server) -> str:
    """With the variable alone; uvicorn sets the mode itself on Python 3.11."""
    with launched(server, workers=1, apps=APPS, PYTHONASYNCIODEBUG="1") as run:
        ask(run.port, "/parcel/0.5")
        ask(run.port)  # which the loop answers only after it has told of the block
        told = run.said("Executing <Task")
    return shown_from(server.debugs_from, bool(told), "told")


def access_log(server: Server) -> str:
    """Three users ask one worker for half a second each."""
    with launched(server, *server.options.access_log, workers=1, apps=APPS) as run:
        with Users(run.port, "/parcel/0.5", 3):
            pass
        found = re.findall(r"logged ([\d.]+) of /parcel", run.log.read_text(encoding="utf-8"))
        is_logged = run.said("GET /parcel/0.5")
    if found:
        return "the work alone" if max(map(float, found)) < 0.95 else "the wait, too"
    return "no duration" if is_logged else "nothing"


def counted(server: Server) -> str:
    """Return what the log counts, of what takes a second before the work, in its answer, and after it."""
    close = b"\r\nConnection: close\r\n\r\n"
    with launched(server, *server.options.access_log, workers=1, apps=ODD_APPS) as run:
        with connected(run.port, "/slow", end=b"") as client:
            time.sleep(SECOND)
            client.sendall(close)
            wait_until(lambda: not client.recv(1024))
        if not run.said("logged"):
            return "no duration"
        with connected(run.port, "/big", end=close) as client:
            time.sleep(SECOND)
            wait_until(lambda: not client.recv(2**20))
        paths = ["/slow", "/big"]
        if server.is_asgi:
            ask(run.port, "/after")
            paths.append("/after")
        wait_until(lambda: all(run.said(f" of {path}\n") for path in paths))
        told = re.findall(r"logged ([\d.]+) of (/.+)", run.log.read_text(encoding="utf-8"))
    seconds = {path: float(each) for each, path in told}
    return ", ".join("yes" if seconds[path] >= SECOND / 2 else "no" for path in paths)


def backlog(server: Server, *options: str) -> str:
    """Return what gunicorn says of the backlog while four requests ask for fewer slots."""
    metric = "--enable-backlog-metric", "--log-level=debug"
    with (
        ThreadPoolExecutor(4) as clients,
        launched(server, *metric, *options, workers=1, apps=APPS) as run,
    ):
        asked = [clients.submit(ask, run.port, "/news/1.5") for _ in range(4)]
        wait_until(lambda: counts_waiting(run) or all(each.done() for each in asked))
        return "the number" if counts_waiting(run) else "0"


def counts_waiting(run: Launched) -> bool:
    """Return whether it was above zero twice: once, a worker may just have been about to accept."""
    return len(re.findall(r"socket backlog: [1-9]", run.log.read_text(encoding="utf-8"))) > 1


def py_spy(server: Server, *options: str, of_parent: bool = False) -> str:
    """Return whether py-spy shows where a request blocks: of its worker, or of the parent of two."""
    many = 2 if of_parent else 1
    with (
        launched(server, workers=many, apps=APPS) as run,
        in_flight(run, "/parcel/4") as (_, worker),
    ):
        pid = run.master.pid if of_parent else worker
        command = ["py-spy", "dump", "--pid", str(pid), *options]
        told = printed(command, run.log.with_name("dump"))
    return "the line" if "_send (courier.py:24)" in told else "no line of the application"


def pstree(server: Server) -> str:
    """Python 3.14 shows the tasks of the main thread alone; an older one shows none."""
    first = (3, 15) if server.has_threads else (3, 14)
    many = least_workers(server)
    with launched(server, workers=many, apps=APPS) as run, in_flight(run, "/news/4") as (_, worker):
        command = ["python", "-m", "asyncio", "pstree", str(worker)]
        told = printed(command, run.log.with_name("tree"), may_fail=True)  # as an older Python does
    is_shown = bool(re.search(r"news .*shop\.py:51", told))
    return shown_from(first, is_shown, "the line")


def usr2(server: Server, *options: str) -> str:
    with (
        launched(server, *options, workers=1, apps=APPS) as run,
        in_flight(run, "/parcel/4") as (_, worker),
    ):
        os.kill(worker, signal.SIGUSR2)
        wait_until(lambda: shows_line(run))
    return "the line"


def usr2_unprepared(server: Server) -> str:
    """Return what a request gets whose worker is sent USR2, for which nothing is registered."""
    with launched(server, apps=APPS) as run, in_flight(run, "/parcel/4") as (request, worker):
        os.kill(worker, signal.SIGUSR2)
        answer = request.result()
        wait_until(lambda: not is_alive(worker))
    return f"killed; {answer}"


def shows_line(run: Launched) -> bool:
    return bool(re.search(r'courier\.py", line 24,? in _send', run.log.read_text(encoding="utf-8")))


def killed(server: Server, *options: str) -> str:
    options, many = (timeout(server), *options), least_workers(server)
    with (
        launched(server, *options, workers=many, apps=APPS) as run,
        in_flight(run, "/parcel/5") as (request, worker),
    ):
        if request.result().status == 200:
            return "not killed"
        wait_until(lambda: not is_alive(worker))
        return "the line" if shows_line(run) else "nothing"


def watchdog(server: Server) -> str:
    with launched(server, workers=1, apps=WATCHED) as run:
        ask(run.port, "/parcel/0.5")
        wait_until(lambda: shows_line(run))
    return "the line"


def blocked_beside(server: Server) -> str:
    """Return what /metrics tells while one of two workers is blocked, which can't answer itself."""
    with launched(server, apps=WATCHED) as run, in_flight(run, "/parcel/2") as (blocked, _):
        wait_until(lambda: shows_line(run))
        told = [ask(run.port, "/metrics").text.split()[-1] for _ in range(5)]
        is_blocked = not blocked.done()
    return "no lag" if is_blocked and max(map(float, told)) < 0.5 else str(told)


ROWS = (
    Row("`PYTHONASYNCIODEBUG=1`, a block of 0.5 s", debug_mode, interface="asgi"),
    Row("the access log, requests that queue", access_log),
    Row("the log counts slow headers, a slow reader, a background task", counted),
    Row("`--enable-backlog-metric`, more requests than slots", backlog),
    Row("the same, `--reuse-port`", backlog, options=("--reuse-port",)),
    Row("`py-spy dump` of a worker that is blocked", py_spy, needs="py-spy"),
    Row("`asyncio pstree` of a worker that awaits", pstree, needs="py-spy"),
    Row("`stacks.py`, USR2 to that worker", usr2, options=(STACKS,)),
    Row("USR2 to a worker, without `stacks.py`", usr2_unprepared),
    Row("`lag.py` in the application, a block of 0.5 s", watchdog, interface="asgi"),
    Row("`/metrics` while one of two workers is blocked", blocked_beside, interface="asgi"),
    Row("a block of 5 s, `timeout` 2 s", killed),
    Row("the same, with `stacks.py`", killed, options=(STACKS,)),
)
TABLE = table_of("diagnosis", "diagnosis", ROWS)
