"""The faults of this chapter, each done to real servers: what comes of it, in a few words.

python -m production.faults            all, side by side, as a table
python -m production.faults --write    the same, written to production/faults.json and the README, too
"""

import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from compare.processes import Fault
from production import slow_client, tables
from production.servers import (
    Load,
    Running,
    Server,
    ask,
    in_flight,
    is_alive,
    nginx,
    running,
    wait_until,
)
from production.tables import Lab

HERE = Path(__file__).parent
BLOCK_SECONDS, TIMEOUT_SECONDS, LATEST_SECONDS = 6, 2, 5
FROZEN_SECONDS = 8  # a quick request that takes longer found nobody
QUICK_SECONDS = 2.5  # half of what nginx waits for the other half
HALF_REQUESTS = 100  # to servers that have no slots
MANY, CALM, BUSY = 20, 4, 10  # users


def kill_worker(server: Server) -> str:
    with running(server) as run, Load(run.port, "/0.3", users=MANY) as load:
        before = run.workers()
        victim = min(before)
        held = stop_with_requests(run, victim, 1 if server.slots == 1 else 2)
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(run.workers() - {victim}) == len(before))
        load.go_on()
    lost = load.lost.total()
    if lost != held:
        return f"replaced; loses {lost}, held {held}"
    return "replaced; loses the 1 it held" if server.slots == 1 else "replaced; loses all it held"


def stop_with_requests(run: Running, worker: int, least: int) -> int:
    """Stop a worker's clock while it holds so many requests or more, and return how many."""
    held = 0

    def stopped() -> bool:
        nonlocal held
        os.kill(worker, signal.SIGSTOP)
        before = -1
        while before != (held := run.held(worker)):
            before = held
            time.sleep(0.1)  # who was answered just before has yet to hang up
        if held < least:
            os.kill(worker, signal.SIGCONT)
        return held >= least

    wait_until(stopped)
    return held


def kill_master(server: Server) -> str:
    with running(server) as run:
        workers = run.workers()
        os.kill(run.master.pid, signal.SIGKILL)
        last = []

        def refused():  # a sync worker looks up after each request
            last[:] = [ask(run.port, seconds=2)]
            return last[0].text == "refused"

        try:
            wait_until(refused, seconds=8)
        except Fault:
            answer = last[0]
            served = answer.status == 200 and int(answer.text.split()[0]) in workers
            return "workers serve on, as orphans" if served else str(answer)
        wait_until(lambda: not any(is_alive(worker) for worker in workers))
    return "workers leave"


def hang_up(server: Server) -> str:
    """Return what is lost of quick requests, and of one that is in flight all the while."""
    with (
        running(server) as run,
        in_flight(run, "/4") as (request, _),
        Load(run.port, "/0.2", users=CALM) as load,
    ):
        before = run.workers()
        run.master.send_signal(signal.SIGHUP)
        run.wait_for_others(before)
        load.go_on()
    lost = load.lost + Counter([str(request.result())] * (request.result().status != 200))
    return f"loses {dict(lost)}" if lost else "all renewed, nothing lost"


def hang_up_under_load(server: Server) -> str:
    """Return what three of them lose of requests that come as fast as they can."""
    with running(server) as run, Load(run.port, "/", users=BUSY) as load:
        for _ in range(3):
            before = run.workers()
            run.master.send_signal(signal.SIGHUP)
            run.wait_for_others(before)
            load.go_on()
    if not load.lost:
        return "nothing lost"
    few = load.lost.total() <= 3 * BUSY
    return "loses a few" if few else f"loses {load.lost.total()} of {len(load.answers)}"


def edit(server: Server, options: str = "") -> str:
    """Return which code is served after an edit and a HUP."""
    with tempfile.TemporaryDirectory(prefix="fault-") as folder:
        for name in ("wsgi_app.py", "asgi_app.py"):
            copy = Path(folder) / name
            copy.write_text((HERE / name).read_text())
            os.utime(copy, (0, 0))  # or Python takes an edit in the same second for none
        place = server.option(f"--pythonpath {folder}", f"--app-dir {folder}")
        with running(server, f"{place} {options}", apps=("wsgi_app:app", "asgi_app:app")) as run:
            for copy in Path(folder).glob("*_app.py"):
                copy.write_text(copy.read_text().replace('"old"', '"new"'))
            before = run.workers()
            run.master.send_signal(signal.SIGHUP)
            run.wait_for_others(before)
            return f"{ask(run.port).text.split()[1]} code"


def no_such_option(lab: Callable[[Server, str], str], option: str) -> Callable[[Server], str]:
    """Return a lab that says so when a server refuses the option."""

    def try_on(server: Server) -> str:
        try:
            return lab(server, option)
        except Fault as fault:
            told = " ".join(fault.tail)
            if "unrecognized arguments" in told or "No such option" in told:
                return "no such option"
            raise

    return try_on


def stop_in_flight(send: Callable[[int, int], None], number: int) -> Callable[[Server], str]:
    """Return a lab that sends a signal to the master (os.kill) or to all (os.killpg)."""

    def try_on(server: Server) -> str:
        options = server.option("--graceful-timeout 5", "")
        with running(server, options) as run, in_flight(run, "/1.5") as (request, _):
            send(run.master.pid, number)
            answer = request.result()
            wait_until(lambda: not is_alive(run.master.pid))
        return "answered" if answer.status == 200 else str(answer)

    return try_on


def cut_off(server: Server) -> str:
    """Return what becomes of a request that takes longer than there is time to stop."""
    option = server.option("--graceful-timeout 1", "--timeout-graceful-shutdown 1")
    with running(server, option) as run, in_flight(run, "/4") as (request, _):
        run.master.send_signal(signal.SIGTERM)
        answer = request.result()
        wait_until(lambda: not is_alive(run.master.pid))
    return "answered" if answer.status == 200 else str(answer)


def timeout(server: Server) -> str:
    return f"{server.option('--timeout', '--timeout-worker-healthcheck')} {TIMEOUT_SECONDS}"


def block(server: Server) -> str:
    path = f"/block/{BLOCK_SECONDS}" if server.is_asgi else f"/{BLOCK_SECONDS}"
    with running(server, timeout(server)) as run, in_flight(run, path) as (request, worker):
        answer = request.result()
        if answer.status == 200:
            return "not noticed" if is_alive(worker) else "killed afterwards"
        wait_until(lambda: not is_alive(worker))
    return f"killed within {max(answer.seconds, LATEST_SECONDS):.2g} s; {answer}"


def wait_long(server: Server) -> str:
    if not server.is_asgi:
        return "–"
    with running(server, timeout(server)) as run:
        return "not noticed" if ask(run.port, f"/{BLOCK_SECONDS}").status == 200 else "killed"


def half_requests(what: str) -> Callable[[Server], str]:
    def try_on(server: Server) -> str:
        with running(server, timeout(server), workers=1) as run:
            return attack(server, run, run.port, what)

    return try_on


def half_requests_behind_nginx(what: str, *changes: tuple[str, str]) -> Callable[[Server], str]:
    def try_on(server: Server) -> str:
        with (
            running(server, timeout(server), workers=1) as run,
            nginx(HERE / "nginx.conf", run.port, *changes) as proxy,
        ):
            return attack(server, run, proxy.port, what)

    return try_on


def attack(server: Server, run: Running, port: int, what: str) -> str:
    """Return what one client gets while another holds as many half requests as there are slots."""
    with slow_client.holding(server.slots or HALF_REQUESTS, "127.0.0.1", port, what) as every:
        answer = ask(port, seconds=FROZEN_SECONDS)
        killed = run.said("WORKER TIMEOUT")
        early = slow_client.answered(every)
        closed = slow_client.closed_within(every, 0.1)
    if answer.status == 200 and killed:
        return "frozen until `timeout`"
    if answer.status == 200:
        if answer.seconds > QUICK_SECONDS:
            return "frozen until nginx's time-out"
        return f"served, {early} answered, {closed} closed" if early or closed else "served"
    if answer.text == "no answer" and not killed and ask(port).status == 200:
        return "frozen while they last"
    return str(answer)


def overload(server: Server) -> str:
    """Return how 10 users fare whose requests take half a second each."""
    held = 0
    with running(server, workers=1) as run, ThreadPoolExecutor(10) as clients:
        asked = [clients.submit(ask, run.port, "/0.5") for _ in range(10)]
        while not all(each.done() for each in asked):
            held = max(
                held, run.held(*(run.workers() or {run.master.pid}))
            )  # uvicorn's is the worker
        answers = [each.result() for each in asked]
    if {answer.status for answer in answers} != {200}:
        return str(Counter(str(answer) for answer in answers))
    if max(answer.seconds for answer in answers) < 2:  # one after the other is 5 s, by twos 2.5 s
        return "all at once"
    return "queues in the backlog" if held <= (server.slots or 0) else "queues in the worker"


def limit_connections(server: Server, options: str) -> str:
    """Return how 8 users fare who come while 2 are being served."""
    with running(server, options, workers=1) as run, ThreadPoolExecutor(8) as clients:
        with in_flight(run, "/2") as (first, _), in_flight(run, "/2") as (second, _):
            others = Counter(map(str, clients.map(ask, [run.port] * 8)))
        served = (first.result().status, second.result().status) == (200, 200)
    return "sheds: 503 for each of the 8" if served and others == {"503": 8} else str(others)


UNBUFFERED = ("proxy_pass", "proxy_request_buffering off; proxy_pass")
LABS = (
    Lab(f"`kill -9` one worker, {MANY} users", kill_worker),
    Lab("`kill -9` the master", kill_master),
    Lab(f"SIGHUP, {CALM} users of 0.2 s, one of 4 s", hang_up),
    Lab(f"SIGHUP, {BUSY} users who don't wait", hang_up_under_load, takes_all_cpus=True),
    Lab("SIGHUP after an edit", edit),
    Lab("the same, `--preload`", no_such_option(edit, "--preload")),
    Lab("SIGTERM, a request in flight", stop_in_flight(os.kill, signal.SIGTERM)),
    Lab("the same, to the whole process group", stop_in_flight(os.killpg, signal.SIGTERM)),
    Lab("SIGTERM, 4 s to go, 1 s of grace", cut_off),
    Lab("SIGINT, a request in flight", stop_in_flight(os.kill, signal.SIGINT)),
    Lab(f"a block of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s", block),
    Lab(f"an `await` of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s", wait_long),
    Lab(f"half headers, as many as slots (or {HALF_REQUESTS})", half_requests("headers")),
    Lab("half bodies, as many", half_requests("body")),
    Lab("half headers, behind nginx", half_requests_behind_nginx("headers"), needs="nginx"),
    Lab("half bodies, behind nginx", half_requests_behind_nginx("body"), needs="nginx"),
    Lab(
        "the same, `proxy_request_buffering off`",
        half_requests_behind_nginx("body", UNBUFFERED),
        needs="nginx",
    ),
    Lab("more users than slots", overload),
    Lab(
        "2 users and then 8, `--limit-concurrency 3`",
        no_such_option(limit_connections, "--limit-concurrency 3"),
    ),
)

if __name__ == "__main__":
    tables.main(LABS, Path(__file__))
