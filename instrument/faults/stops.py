"""Stops, which may be less graceful than they look, and masters that are killed."""

import os
import signal
import time
from collections.abc import Callable

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import is_alive, wait_until
from instrument.faults.fixtures import PATIENCE, Users, ask, in_flight, launched
from instrument.servers import Server

GRACE_SECONDS = 3
USERS = 4
SOON = 8  # seconds after which a worker that leaves has left


def interrupt_master(server: Server) -> str:
    """Return how new requests fare after a SIGINT to the master alone, which has 3 s of grace."""
    grace = f"{server.options.graceful_timeout}={GRACE_SECONDS}"
    with launched(server, grace) as run:
        start = time.monotonic()
        run.master.send_signal(signal.SIGINT)
        served = 0.0
        while is_alive(run.master.pid):
            if ask(run.port).status == 200:
                served = time.monotonic() - start
            if time.monotonic() - start > PATIENCE:
                return "served on"
            time.sleep(0.05)
    return "are served until the grace is over" if served > GRACE_SECONDS - 1 else "are refused"


def kill_master_while_asked(server: Server) -> str:
    """Return whether the workers of a killed master leave while users go on asking."""
    with launched(server) as run, Users(run.port, "/0.1", users=USERS) as users:
        workers = run.workers()
        run.master.kill()
        try:
            wait_until(lambda: not any(is_alive(worker) for worker in workers), seconds=SOON)
            return "workers leave"
        except InstrumentError:
            users.go_on()
            return "workers serve on"


def stop_in_flight(
    number: int,
    path: str = "/1.5",
    grace: int = 5,
    send: Callable[[int, int], None] = os.kill,
) -> Callable[[Server], str]:
    """Return a row that sends a signal to the master, or to all (os.killpg), during a request."""

    def try_on(server: Server) -> str:
        option = f"{server.options.graceful_timeout}={grace}"
        with launched(server, option) as run, in_flight(run, path) as (request, _):
            send(run.master.pid, number)
            answer = request.result()
            wait_until(lambda: not is_alive(run.master.pid))
        return "answered" if answer.status == 200 else str(answer)

    return try_on


def stop_blocked(server: Server) -> str:
    """Return what becomes of a blocked loop, or of a request, when the grace is over."""
    path = "/block/5" if server.is_asgi else "/5"
    return stop_in_flight(signal.SIGTERM, path, grace=1)(server)
