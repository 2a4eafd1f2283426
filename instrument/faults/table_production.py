"""The table of chapter 5: faults, each done to real servers, and what comes of it."""

import math
import os
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from instrument.edges.errors import InstrumentError
from instrument.edges.processes import START_SECONDS, is_alive, wait_until
from instrument.faults import stops
from instrument.faults.fixtures import (
    CHAPTER_5_APPS,
    CHAPTER_5_NGINX,
    ODD_APPS,
    TIMEOUT_SECONDS,
    Changes,
    Launched,
    Users,
    ask,
    edited,
    entry,
    in_flight,
    launched,
    timeout,
)
from instrument.faults.renewals import hang_up_until_lost
from instrument.faults.table import Row, table_of
from instrument.servers import Server
from production import slow_client

BLOCK_SECONDS, LATEST_SECONDS = 6, 5
FROZEN_SECONDS = 8  # a quick request that takes longer found no free worker
QUICK_SECONDS = 2.5  # half of what nginx waits for the other half
HALF_REQUESTS = 100  # to servers that have no slots
MANY, CALM, BUSY = 20, 4, 10  # users
ENOUGH_TRIES, OVERLOADS = 30, 4  # since a busy machine may look too late
UNWATCHED_SECONDS = 15.0  # in which the master does not kill a worker whose clock stands still


def kill_worker(server: Server) -> str:
    unwatched = f"{server.options.timeout}={UNWATCHED_SECONDS:.0f}"
    with launched(server, unwatched) as run, Users(run.port, "/0.2", users=MANY) as users:
        before = run.workers()
        victim = min(before)
        held = stop_with_requests(run, victim, 1 if server.slots == 1 else 2)
        os.kill(victim, signal.SIGKILL)
        # uvicorn's parent may still wait for the victim to say that it is alive
        patience = UNWATCHED_SECONDS + START_SECONDS
        wait_until(lambda: len(run.workers() - {victim}) == len(before), seconds=patience)
        users.go_on()
    lost = users.lost.total()
    if lost != held:
        return f"replaced; loses {lost}, held {held}"
    return "replaced; loses the 1 it held" if server.slots == 1 else "replaced; loses all it held"


def stop_with_requests(run: Launched, worker: int, least: int) -> int:
    """Stop a worker's clock while it holds so many requests or more, and return how many."""
    for tries in range(ENOUGH_TRIES):
        os.kill(worker, signal.SIGSTOP)
        before = -1
        while before != (held := run.held(worker)):
            before = held
            time.sleep(0.1)  # a client that was just answered may not have closed yet
        if held >= least:
            return held
        os.kill(worker, signal.SIGCONT)
        time.sleep(tries / 20)  # for on a busy machine it needs longer to accept the next ones
    raise InstrumentError("the worker never held enough requests", run.log)


def hang_up(server: Server) -> str:
    """Return what is lost of quick requests, and of one that is in flight all the while.

    Uvicorn's workers close a connection whose request they have not read. Whether a user has just
    opened one is chance, so what counts there are the requests that have begun.
    """
    with launched(server) as run:
        begun = run.said("begins")
        with in_flight(run, "/4") as (request, _), Users(run.port, "/0.2", users=CALM) as users:
            before = run.workers()
            run.master.send_signal(signal.SIGHUP)
            run.wait_for_others(before)
            users.go_on()
        answers = [*users.answers, request.result()]
        begun = run.said("begins") - begun
    lost = Counter(str(each) for each in answers if each.status != 200)
    if server.closes_unread and begun == len(answers) - lost.total():
        return "all renewed, all that had begun answered"
    return f"loses {dict(lost)}" if lost else "all renewed, nothing lost"


def hang_up_under_load(server: Server) -> str:
    """Return what users lose at a HUP when they ask as fast as they can."""
    users = hang_up_until_lost(server, BUSY)
    if not users.lost:
        return "nothing lost"
    few = users.lost.total() <= BUSY
    return "loses a few" if few else f"loses {users.lost.total()} of {len(users.answers)}"


def edit(server: Server, *options: str) -> str:
    """Return which code is served after an edit and a HUP."""
    with edited(server, *options) as (run, before):
        run.wait_for_others(before)
        return f"{ask(run.port).text.split()[1]} code"


def block(server: Server, path: str = "", apps: dict[str, str] = CHAPTER_5_APPS) -> str:
    """Return what becomes of a worker whose request blocks, or does what another path says.

    A block in C keeps the GIL: nothing else in the process runs, not even what tells the master.
    """
    path = path or (f"/block/{BLOCK_SECONDS}" if server.is_asgi else f"/{BLOCK_SECONDS}")
    with (
        launched(server, timeout(server), apps=apps) as run,
        in_flight(run, path) as (request, worker),
    ):
        answer = request.result()
        if answer.status == 200:
            return "not noticed" if is_alive(worker) else "killed afterwards"
        wait_until(lambda: not is_alive(worker))
    if path.endswith("/native"):
        return f"killed; {'half of the body' if answer.text == 'IncompleteRead' else answer}"
    return f"killed within {max(answer.seconds, LATEST_SECONDS):.2g} s; {answer}"


def half_requests(
    server: Server, what: str, conf: Path | None = None, changes: Changes = ()
) -> str:
    """Return what one client gets while another holds as many half requests as there are slots."""
    with launched(server, timeout(server), workers=1) as run, entry(run, conf, *changes) as port:
        before = run.said("WORKER TIMEOUT")  # of one that took long to boot
        many = min(server.slots, HALF_REQUESTS)
        with slow_client.holding(many, port, what) as every:
            answer = ask(port, seconds=FROZEN_SECONDS)
            killed = run.said("WORKER TIMEOUT") - before
            early = slow_client.answered(every)
            closed = slow_client.closed_within(every, 0.1)
        if answer.status == 200 and killed:
            return "frozen until `timeout`"
        if answer.status == 200 and answer.seconds > QUICK_SECONDS:
            return "frozen until nginx's time-out"
        if answer.status == 200:
            return f"served, {early} answered, {closed} closed" if early or closed else "served"
        if answer.text == "no answer" and not killed and ask(port).status == 200:
            return "frozen while they last"
        return str(answer)


def overload(server: Server) -> str:
    """Return where requests of half a second wait: in the backlog, in the worker, or nowhere."""
    slots = server.slots if server.slots < math.inf else 0
    held = 0  # connections at most, by the worker, while more waited than it has slots
    with launched(server, workers=1) as run, ThreadPoolExecutor(BUSY) as clients:
        for _ in range(OVERLOADS):
            asked = [clients.submit(ask, run.port, "/0.5") for _ in range(BUSY)]
            while (left := sum(not each.done() for each in asked)) > slots:
                held = max(held, run.held(*run.workers_or_self()) if left < BUSY else 0)
                time.sleep(0.05)
            answers = [each.result() for each in asked]
            if {answer.status for answer in answers} != {200}:
                return str(Counter(map(str, answers)))
            if max(answer.seconds for answer in answers) < 2:  # in turn it is 5 s, by twos 2.5 s
                return "all at once"
            if held:
                return "queues in the worker" if held > slots else "queues in the backlog"
    raise InstrumentError("no look at the worker came in time")


def limit_connections(server: Server, *options: str) -> str:
    """Return what 8 users get while 2 requests are being served."""
    with launched(server, *options, workers=1) as run, ThreadPoolExecutor(8) as clients:
        with in_flight(run, "/2") as (first, _), in_flight(run, "/2") as (second, _):
            others = Counter(map(str, clients.map(ask, [run.port] * 8)))
        served = (first.result().status, second.result().status) == (200, 200)
    return "sheds: 503 for each of the 8" if served and others == {"503": 8} else str(others)


UNBUFFERED_REQUESTS = ("proxy_pass", "proxy_request_buffering off; proxy_pass")
ROWS = (
    Row(f"`kill -9` one worker, {MANY} users", kill_worker),
    Row("`kill -9` the master", stops.kill_master),
    Row(f"the same, {CALM} users who don't wait", partial(stops.kill_master, busy=CALM)),
    Row(f"SIGHUP, {CALM} users of 0.2 s, one of 4 s", hang_up),
    Row(f"SIGHUP, {BUSY} users who don't wait", hang_up_under_load),
    Row("SIGHUP after an edit", edit),
    Row("the same, `--preload`", edit, options=("--preload",)),
    Row("SIGTERM, a request in flight", stops.stop_in_flight),
    Row("the same, to the whole process group", partial(stops.stop_in_flight, send=os.killpg)),
    Row("the same, and the request waits for a program", partial(stops.stop_child, send=os.killpg)),
    Row("SIGTERM to the master alone, such a request", partial(stops.stop_child, send=os.kill)),
    Row("SIGTERM, 4 s to go, 1 s of grace", partial(stops.stop_in_flight, path="/4", grace=1)),
    Row("SIGINT, a request in flight", partial(stops.stop_in_flight, number=signal.SIGINT)),
    Row(f"a block of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s", block),
    Row(
        f"a block in C that keeps the GIL, `timeout` {TIMEOUT_SECONDS} s",
        partial(block, path="/native", apps=ODD_APPS),
    ),
    Row("the same, half of the body sent", partial(block, path="/torn/native", apps=ODD_APPS)),
    Row(
        f"an `await` of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s",
        partial(block, path=f"/{BLOCK_SECONDS}"),
        interface="asgi",
    ),
    Row(
        f"half headers, as many as slots (or {HALF_REQUESTS})",
        partial(half_requests, what="headers"),
    ),
    Row("half bodies, as many", partial(half_requests, what="body")),
    Row(
        "half headers, behind nginx",
        partial(half_requests, what="headers", conf=CHAPTER_5_NGINX),
        needs="nginx",
    ),
    Row(
        "half bodies, behind nginx",
        partial(half_requests, what="body", conf=CHAPTER_5_NGINX),
        needs="nginx",
    ),
    Row(
        "the same, `proxy_request_buffering off`",
        partial(half_requests, what="body", conf=CHAPTER_5_NGINX, changes=[UNBUFFERED_REQUESTS]),
        needs="nginx",
    ),
    Row("more users than slots", overload),
    Row(
        "2 users and then 8, `--limit-concurrency 3`",
        limit_connections,
        options=("--limit-concurrency=3",),
    ),
)

TABLE = table_of("production", "production", ROWS)
