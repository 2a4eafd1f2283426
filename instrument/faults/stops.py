"""Stops, which may be less graceful than they look, and masters that are killed."""

import os
import signal
import time
from collections.abc import Callable

import psutil

from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import (
    ODD_APPS,
    PATIENCE,
    Users,
    ask,
    comes_true,
    in_flight,
    launched,
)
from instrument.servers import Server

GRACE_SECONDS = 3
SOON = 8.0  # seconds after which a worker that leaves has left


def ask_after(server: Server, number: int) -> str:
    """Return how new requests fare after a signal to the master alone, while one is in flight.

    A client that is reset in the moment in which the server stops to listen has not hung.
    """
    grace = f"{server.options.graceful_timeout}={GRACE_SECONDS}"
    with launched(server, grace) as run, in_flight(run, f"/{GRACE_SECONDS - 1}") as (held, _):
        start = time.monotonic()
        run.master.send_signal(number)
        served = 0.0
        told = "are refused"
        while is_alive(run.master.pid) and time.monotonic() - start < PATIENCE:
            was_held = not held.done()
            answer = ask(run.port)
            time.sleep(0.05)
            is_answered = held.done() and held.result().status == 200
            if answer.status == 200:
                served = time.monotonic() - start
            elif str(answer) != "refused" and was_held and is_answered:
                told = "hang, and are reset at the end"
    return "are served until the grace is over" if served > GRACE_SECONDS - 1 else told


def kill_master(server: Server, busy: int = 0) -> str:
    """Return whether the workers of a killed master leave, perhaps while users go on asking.

    Each look sends a request, since a sync worker looks for its master after each one.
    """
    with launched(server) as run, Users(run.port, "/0.1", busy) as users:
        workers = run.workers()
        run.master.kill()

        def gone() -> bool:
            return ask(run.port, seconds=2).status != 200 and not any(map(is_alive, workers))

        if comes_true(gone, SOON):
            return "workers leave"
        users.go_on()
        answer = ask(run.port)
    if answer.status != 200 or int(answer.text.split()[0]) not in workers:
        return str(answer)
    return "workers serve on" if busy else "workers serve on, as orphans"


def stop_in_flight(
    server: Server,
    number: int = signal.SIGTERM,
    path: str = "/1.5",
    grace: int = 5,
    send: Callable[[int, int], None] = os.kill,
) -> str:
    """Return what a request gets when the master, or all (os.killpg), is sent a signal meanwhile."""
    option = f"{server.options.graceful_timeout}={grace}"
    with launched(server, option) as run, in_flight(run, path) as (request, _):
        send(run.master.pid, number)
        answer = request.result()
        wait_until(lambda: not is_alive(run.master.pid))
    return "answered" if answer.status == 200 else str(answer)


def stop_child(server: Server, send: Callable[[int, int], None]) -> str:
    """Return the same of a request that waits for a program that it has started."""
    with launched(server, apps=ODD_APPS) as run, in_flight(run, "/child") as (request, worker):
        wait_until(psutil.Process(worker).children)
        send(run.master.pid, signal.SIGTERM)
        answer = request.result()
    told = {"0": "answered", str(-signal.SIGTERM): "the program is killed"}
    return told.get(answer.text.strip(), str(answer))


def stop_blocked(server: Server) -> str:
    """Return what becomes of a blocked loop, or of a request, when the grace is over."""
    return stop_in_flight(server, path="/block/5" if server.is_asgi else "/5", grace=1)
