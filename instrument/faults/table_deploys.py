"""The second table of chapter 5: deploys that go wrong, and what is served then."""

import math
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial

from instrument.edges.clients import connected
from instrument.edges.processes import is_alive, wait_until
from instrument.faults import protocols, renewals, stops
from instrument.faults.fixtures import (
    ODD_APPS,
    PATIENCE,
    Launched,
    Users,
    ask,
    comes_true,
    edited,
    last_begun,
    launched,
)
from instrument.faults.table import DASH, Row, table_of
from instrument.servers import Server

IMPORT_SECONDS, READY_SECONDS = 6, 2  # how long an import takes, and how long uvicorn waits for it
QUEUED = 8
MAX_REQUESTS = 3
GRACE_SECONDS, PATIENT_SECONDS = 2, 8.0  # after the second, what no limit brings will not come
KEPT = "keeping worker"  # says uvicorn's log


def broken_code(server: Server) -> str:
    """Return what is served after a HUP when the new code can't be imported."""
    with edited(server, more="\nimport what_is_not_there\n") as (run, _):
        wait_until(lambda: run.said(KEPT) or not is_alive(run.master.pid))
        if not is_alive(run.master.pid):
            wait_until(lambda: ask(run.port).text == "refused")
            return "the server ends"
        return f"{ask(run.port).text.split()[1]} code"


def slow_code(server: Server) -> str:
    """Return what is served after a HUP while the new code takes long to import."""
    options = [f"{server.options.timeout}={READY_SECONDS}"] if server.program.times_imports else []
    slow = f"\ntime.sleep({IMPORT_SECONDS})\nprint('has imported', file=sys.stderr, flush=True)\n"
    with edited(server, *options, more=slow) as (run, before):
        wait_until(lambda: run.said(KEPT) or not any(map(is_alive, before)))
        silent = not run.said("has imported")
        answer = ask(run.port)
    if answer.status != 200:
        return str(answer)
    code = answer.text.split()[1]
    return f"no worker answers, then {code} code" if code == "new" and silent else f"{code} code"


def hang_up_alone(server: Server) -> str:
    """Return what a HUP does to a server with one worker."""
    with launched(server, workers=1) as run:
        before = run.workers_or_self()
        run.master.send_signal(signal.SIGHUP)
        return renewed_or_ended(run, before)


def max_requests_alone(server: Server) -> str:
    """Return what becomes of a server with one worker, which may answer so many requests."""
    limit = f"{server.options.max_requests}={MAX_REQUESTS}"
    with launched(server, limit, workers=1) as run:
        before = run.workers_or_self()
        with Users(run.port, "/", users=1):
            told = renewed_or_ended(run, before)
        return told if told == "renewed" else f"{told}, with status {run.master.wait()}"


def renewed_or_ended(run: Launched, before: set[int]) -> str:
    """Wait until the only worker has been renewed, or the server has ended, and return which."""
    run.wait_for_others(before, lambda: not is_alive(run.master.pid))
    return "renewed" if is_alive(run.master.pid) else "the server ends"


def stop_under_load(server: Server) -> str:
    """Return how many of some requests are answered that came before a SIGTERM."""
    with launched(server, workers=1) as run, ExitStack() as stack:
        seen = run.said("begins")
        clients = [stack.enter_context(connected(run.port, "/2")) for _ in range(QUEUED)]
        if server.slots > 1:  # or all but one wait in the backlog
            wait_until(lambda: run.held(*run.workers_or_self()) >= QUEUED)
        wait_until(lambda: run.said("begins") - seen >= min(server.slots, QUEUED))
        run.master.send_signal(signal.SIGTERM)
        answered = sum(map(is_answered, clients))
    return f"{answered} answered"


def is_answered(client: socket.socket) -> bool:
    try:
        return client.recv(12) == b"HTTP/1.1 200"
    except ConnectionResetError:
        return False


@contextmanager
def streaming(run: Launched) -> Iterator[int]:
    """Hold a stream open that never ends; hand over its worker; end the whole server after it."""
    try:
        with connected(run.port, "/endless") as client:
            client.recv(1)
            yield last_begun(run)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(run.master.pid, signal.SIGKILL)


def hang_up(server: Server, run: Launched) -> None:
    """Send HUP to the master, and wait until it says so."""
    run.master.send_signal(signal.SIGHUP)
    wait_until(lambda: run.said(server.program.hears_hangup))


def stop_endless(server: Server, is_limited: bool) -> str:
    """Return what HUP and TERM do while a stream is open that never ends."""
    if not is_limited and server.program.graceful_seconds < math.inf:
        return DASH
    options, seconds = (limits(server), PATIENCE) if is_limited else ([], PATIENT_SECONDS)
    with launched(server, *options, apps=ODD_APPS) as run, streaming(run):
        hang_up(server, run)
        run.master.send_signal(signal.SIGTERM)
        if comes_true(lambda: not is_alive(run.master.pid), seconds):
            return "the server ends"
        return "serves on" if ask(run.port).status == 200 else "hangs"


def kill_beside_endless(server: Server, is_limited: bool) -> str:
    """Return whether a worker is replaced that dies while a stream keeps an old one from ending."""
    options, seconds = (limits(server), PATIENCE) if is_limited else ([], PATIENT_SECONDS)
    with launched(server, *options, apps=ODD_APPS) as run, streaming(run) as streams:
        before = run.workers()
        hang_up(server, run)
        if server.program.renews_in_turn:
            wait_until(lambda: run.said(f"Waiting for child process [{streams}]"))
        else:
            wait_until(lambda: run.said(server.booted) == 2 * len(before))
        victim = min(run.workers() - before)
        os.kill(victim, signal.SIGKILL)
        enough = len(before)
        is_replaced = comes_true(lambda: len(run.workers() - before - {victim}) == enough, seconds)
        return "replaced" if is_replaced else "not replaced"


def limits(server: Server) -> list[str]:
    """Return the options that end an old worker soon; with gunicorn it takes two."""
    return [f"{name}={GRACE_SECONDS}" for name in server.options.ends_old_workers]


ROWS = (
    Row("SIGHUP, code that can't be imported", broken_code),
    Row(
        f"SIGHUP, code that takes {IMPORT_SECONDS} s to import "
        f"(uvicorn: `--timeout-worker-healthcheck {READY_SECONDS}`)",
        slow_code,
    ),
    Row("SIGHUP, one worker", hang_up_alone),
    Row(
        f"SIGHUP, {renewals.USERS} users who POST through nginx's pool",
        renewals.hang_up_behind_pool,
        needs="nginx",
    ),
    Row(
        f"`--max-requests {renewals.MAX_REQUESTS}`, the same users",
        renewals.max_requests_behind_pool,
        needs="nginx",
    ),
    Row(
        f"`--max-requests {renewals.MAX_REQUESTS}`, an import of {renewals.IMPORT_SECONDS} s: meanwhile",
        renewals.renew_together,
    ),
    Row(f"`--max-requests {MAX_REQUESTS}`, one worker", max_requests_alone),
    Row(f"SIGTERM, one worker, {QUEUED} requests of 2 s", stop_under_load),
    Row(
        f"SIGHUP, an endless stream, `kill -9` a new worker: {PATIENT_SECONDS:.0f} s later",
        partial(kill_beside_endless, is_limited=False),
    ),
    Row(
        f"the same, {GRACE_SECONDS} s of grace (gunicorn: and `--timeout {GRACE_SECONDS}`)",
        partial(kill_beside_endless, is_limited=True),
    ),
    Row("SIGHUP and SIGTERM, an endless stream", partial(stop_endless, is_limited=False)),
    Row("the same, with both limits", partial(stop_endless, is_limited=True)),
    Row(
        f"SIGHUP, a WebSocket is open, {protocols.GRACE_SECONDS} s of grace",
        partial(protocols.tell_open, number=signal.SIGHUP),
        interface="asgi",
    ),
    Row("SIGTERM, a block of 5 s, 1 s of grace", stops.stop_blocked),
    Row(
        "SIGTERM to the master alone, a request in flight: new requests",
        partial(stops.ask_after, number=signal.SIGTERM),
    ),
    Row(
        f"SIGINT to the master alone, the same, {stops.GRACE_SECONDS} s of grace",
        partial(stops.ask_after, number=signal.SIGINT),
    ),
)

TABLE = table_of("deploys", "production", ROWS)
