"""The faults of this chapter, each done to real servers: what comes of it, in a few words.

python -m production.faults            all, side by side, as a table
python -m production.faults --write    the same, written to production/faults.json and the README, too
"""

import argparse
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from compare import processes
from compare.processes import Fault, Interrupted
from production import slow_client

HERE = Path(__file__).parent
DATA = HERE / "faults.json"
TABLE = re.compile(r"(?<=<!-- faults -->\n).*?(?=<!-- end of faults -->)", re.DOTALL)
SIDE_BY_SIDE = 8  # most labs wait
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
NO_NGINX = "nginx is not installed: sudo apt install nginx-light"
GUNICORN = "gunicorn --bind 127.0.0.1:{port} --workers {workers} --no-control-socket {options}"
PATIENCE = 20.0
BLOCK_SECONDS, TIMEOUT_SECONDS, LATEST_SECONDS = 6, 2, 5
USERS = 4
FROZEN_SECONDS = 10  # a quick request that takes longer found nobody
HALF_REQUESTS = 100  # to servers that have no slots


@dataclass(frozen=True)
class Server:
    """A server, and how its options are called."""

    name: str
    start: str  # with {port}, {workers} and {options}
    app: str
    slots: int | None = None  # of one worker; None: as many as come
    timeout: str = f"--timeout {TIMEOUT_SECONDS}"

    @property
    def is_asgi(self) -> bool:
        return "asgi_app" in self.app


WSGI, ASGI = "production.wsgi_app:app", "production.asgi_app:app"
SERVERS = (
    Server("sync", f"{GUNICORN} --worker-class sync", WSGI, slots=1),
    Server("gthread", f"{GUNICORN} --worker-class gthread --threads 2", WSGI, slots=2),
    Server("uvicorn-worker", f"{GUNICORN} --worker-class uvicorn_worker.UvicornWorker", ASGI),
    Server("asgi", f"{GUNICORN} --worker-class asgi", ASGI),
    Server(
        "uvicorn",
        "uvicorn --port {port} --workers {workers} --no-access-log {options}",
        ASGI,
        timeout=f"--timeout-worker-healthcheck {TIMEOUT_SECONDS}",
    ),
)


class Running:
    """A server that runs: its port, its processes and its log."""

    def __init__(self, port: int, process, log: Path):
        self.port = port
        self.master = psutil.Process(process.pid)
        self.log = log

    def workers(self) -> set[int]:
        """Return the process ids of the master's children, but uvicorn's resource tracker."""
        found = set()
        with suppress(psutil.NoSuchProcess):
            for child in self.master.children():
                with suppress(psutil.NoSuchProcess):
                    if "resource_tracker" not in " ".join(child.cmdline()):
                        found.add(child.pid)
        return found

    def accepted(self) -> int:
        """Return how many connections the workers hold."""
        every = [each for pid in self.workers() for each in psutil.Process(pid).net_connections()]
        ours = [each for each in every if each.laddr and each.laddr.port == self.port]
        return sum(each.status == psutil.CONN_ESTABLISHED for each in ours)


@contextmanager
def running(server: Server, options: str = "", workers: int = 2) -> Iterator[Running]:
    """Start a server on a free port, and wait until all of its workers are there."""
    port = processes.free_port()
    command = server.start.format(port=port, workers=workers, options=options)
    with tempfile.TemporaryDirectory(prefix="fault-") as scratch:
        log = Path(scratch) / "log"
        with processes.running(f"{command} {server.app}", log) as process:
            wait_until(lambda: ask(port).status == 200, process, log)
            wait_until(lambda: log.read_text().count(booted(server)) >= workers, process, log)
            yield Running(port, process, log)


def booted(server):
    """Return what a log says once a worker is there."""
    if server.name in ("uvicorn", "uvicorn-worker"):
        return "Application startup complete"
    return "ASGI server listening" if server.name == "asgi" else "Booting worker"


def wait_until(condition, process=None, log=None, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if process and process.poll() is not None:
            raise Fault("the server ended", log)
        if time.monotonic() > deadline:
            raise Fault("waited in vain", log)
        time.sleep(0.05)
    return value


@dataclass(frozen=True)
class Answer:
    status: int | None  # None: there was none
    text: str  # of the body, or of the error
    seconds: float

    def __str__(self):
        return str(self.status) if self.status else self.text


def ask(port, path="/", seconds=PATIENCE):
    """Return what a client gets on a connection of its own."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode(), time.monotonic() - start)
    except (http.client.RemoteDisconnected, ConnectionResetError):
        told = "empty reply"
    except ConnectionRefusedError:
        told = "refused"
    except TimeoutError:
        told = "no answer"
    except OSError as error:
        told = error.strerror or str(error)
    except http.client.HTTPException as error:
        told = type(error).__name__
    finally:
        connection.close()
    return Answer(None, told, time.monotonic() - start)


class Load:
    """Some users who ask again as soon as they are answered, and what they got."""

    def __init__(self, port, path, users=USERS):
        self.answers = []
        self.stopping = threading.Event()
        self.users = [threading.Thread(target=self.use, args=(port, path)) for _ in range(users)]

    def use(self, port, path):
        while not self.stopping.is_set():
            self.answers.append(ask(port, path))

    def __enter__(self):
        for user in self.users:
            user.start()
        try:
            wait_until(lambda: len(self.answers) >= 2 * len(self.users))
        except BaseException:
            self.stopping.set()
            raise
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for user in self.users:
            user.join()

    def go_on(self):
        """Wait until every user has been answered twice more."""
        enough = len(self.answers) + 2 * len(self.users)
        wait_until(lambda: len(self.answers) >= enough)

    @property
    def lost(self):
        return Counter(str(each) for each in self.answers if each.status != 200)


def kill_workers(server: Server) -> str:
    with running(server) as run, ThreadPoolExecutor(USERS) as clients:
        before = run.workers()
        answers = [clients.submit(ask, run.port, "/1.5") for _ in range(USERS)]
        held = len(before) if server.name == "sync" else USERS  # gthread's wait for a thread
        wait_until(lambda: run.accepted() == held)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        wait_until(lambda: len(run.workers()) == len(before) and not run.workers() & before)
        lost = sum(answer.result().status != 200 for answer in answers)
    return f"replaced; loses {lost} of {USERS}"


def kill_master(server: Server) -> str:
    with running(server) as run:
        workers = run.workers()
        os.kill(run.master.pid, signal.SIGKILL)
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            last = ask(run.port, seconds=2)  # a sync worker looks up after each request
            if last.text == "refused":
                wait_until(lambda: not any(is_alive(worker) for worker in workers))
                return "workers leave"
            time.sleep(0.2)
    served = last.status == 200 and int(last.text.split()[0]) in workers
    return "workers serve on, as orphans" if served else str(last)


def is_alive(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def hang_up(server: Server) -> str:
    with running(server) as run, Load(run.port, "/0.2") as load:
        before = run.workers()
        run.master.send_signal(signal.SIGHUP)
        wait_until(lambda: len(run.workers()) == len(before) and not run.workers() & before)
        load.go_on()
    return "all renewed, nothing lost" if not load.lost else f"{load.lost.total()} lost"


def stop_in_flight(number: int) -> Callable[[Server], str]:
    def stop(server: Server) -> str:
        options = "--graceful-timeout 5" if "gunicorn" in server.start else ""
        with running(server, options) as run, in_flight(run, "/1.5") as (request, _):
            run.master.send_signal(number)
            answer = request.result()
            wait_until(lambda: not is_alive(run.master.pid))
        return "answered" if answer.status == 200 else str(answer)

    return stop


@contextmanager
def in_flight(run: Running, path: str) -> Iterator[tuple[Future[Answer], int]]:
    """Send a request; hand it over, and the worker that has begun it; wait until it is over."""
    seen = run.log.read_text().count("begins")
    with ThreadPoolExecutor(1) as client:
        request = client.submit(ask, run.port, path)
        wait_until(lambda: run.log.read_text().count("begins") > seen)
        *_, worker = re.findall(r"(\d+) begins", run.log.read_text())
        yield request, int(worker)


def block(server: Server) -> str:
    path = f"/block/{BLOCK_SECONDS}" if server.is_asgi else f"/{BLOCK_SECONDS}"
    with running(server, server.timeout) as run:
        answer = ask(run.port, path)
    if answer.status == 200:
        return "not noticed"
    return f"killed within {max(answer.seconds, LATEST_SECONDS):.2g} s; {answer}"


def wait_long(server: Server) -> str:
    if not server.is_asgi:
        return "–"
    with running(server, server.timeout) as run:
        return "not noticed" if ask(run.port, f"/{BLOCK_SECONDS}").status == 200 else "killed"


def half_requests(server: Server) -> str:
    with running(server, server.timeout, workers=1) as run:
        return attack(server, run.port)


def half_requests_behind_nginx(server: Server) -> str:
    with running(server, server.timeout, workers=1) as run, nginx(run.port) as port:
        return attack(server, port)


def attack(server: Server, port: int) -> str:
    """Return what one client gets while another holds as many half requests as there are slots."""
    with slow_client.holding(server.slots or HALF_REQUESTS, "127.0.0.1", port):
        answer = ask(port, seconds=FROZEN_SECONDS)
    if answer.status != 200:
        return "frozen" if answer.text == "no answer" else str(answer)
    return "served" if answer.seconds < 1 else "frozen until `timeout`"


@contextmanager
def nginx(upstream: int) -> Iterator[int]:
    """Start nginx before a server, in the foreground and in a folder of its own."""
    port = processes.free_port()
    with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
        text = (HERE / "nginx.conf").read_text()
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
        (Path(folder) / "nginx.conf").write_text(
            text.replace("127.0.0.1:8080", f"127.0.0.1:{port}")
        )
        os.chmod(folder, 0o755)  # its workers are nobody's, where it is started by root
        command = shlex.join([NGINX or "nginx", "-p", folder, "-c", "nginx.conf", "-e", "stderr"])
        with processes.running(command, Path(folder) / "log") as process:
            wait_until(lambda: ask(port).status == 200, process)
            yield port


def overload(server: Server, options: str = "") -> str:
    """Return how 10 users fare whose requests take half a second each."""
    with running(server, options, workers=1) as run, ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(lambda _: ask(run.port, "/0.5"), range(10)))
    statuses = Counter(str(answer) for answer in answers)
    if statuses["503"]:
        return "sheds: 503"
    longest = max(answer.seconds for answer in answers)
    if statuses != {"200": 10}:
        return str(dict(statuses))
    return "all at once" if longest < 1 else "queues"


def overload_with_limit(server: Server) -> str:
    try:
        return overload(server, "--limit-concurrency 3")
    except Fault as fault:
        if any("unrecognized arguments" in line for line in fault.tail):
            return "no such option"
        raise


LABS: dict[str, Callable[[Server], str]] = {
    f"`kill -9` both workers, {USERS} users": kill_workers,
    "`kill -9` the master": kill_master,
    f"SIGHUP, {USERS} users of 0.2 s": hang_up,
    "SIGTERM, a request in flight": stop_in_flight(signal.SIGTERM),
    "SIGINT, a request in flight": stop_in_flight(signal.SIGINT),
    f"a block of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s": block,
    f"an `await` of {BLOCK_SECONDS} s, `timeout` {TIMEOUT_SECONDS} s": wait_long,
    f"half requests, as many as slots (or {HALF_REQUESTS})": half_requests,
    "the same, behind nginx": half_requests_behind_nginx,
    "more users than slots": overload,
    "the same, `--limit-concurrency`": overload_with_limit,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m production.faults", allow_abbrev=False)
    parser.add_argument(
        "--write", action="store_true", help="to production/faults.json and the README"
    )
    options = parser.parse_args()
    processes.signals.handle()
    told = json.loads(DATA.read_text())
    if not NGINX:
        print(f"{NO_NGINX}; its cells stay as they are", file=sys.stderr)
    cells = [
        (fault, server) for fault in LABS for server in SERVERS if NGINX or "nginx" not in fault
    ]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as labs:
        try:
            outcomes = list(labs.map(lambda cell: outcome_of(*cell), cells))
        except BaseException:
            labs.shutdown(wait=False, cancel_futures=True)
            processes.end_all()
            raise
    data = {fault: dict(told.get(fault, {})) for fault in LABS}
    for (fault, server), outcome in zip(cells, outcomes, strict=True):
        data[fault][server.name] = outcome
    print(table(data))
    if options.write:
        DATA.write_text(json.dumps(data, indent=2) + "\n")
        readme = HERE / "README.md"
        readme.write_text(TABLE.sub(lambda _: table(data), readme.read_text()))


def outcome_of(fault: str, server: Server) -> str:
    """Return what came of one cell; raise Fault, which names it, when the lab itself failed."""
    try:
        return LABS[fault](server)
    except Fault as error:
        told = Fault(f"{fault}, {server.name}: {error}")
        told.tail = error.tail
        raise told from error


def table(data: dict[str, dict[str, str]]) -> str:
    """Return the outcomes as a table in Markdown."""
    names = [server.name for server in SERVERS]
    rows = [["", *names], ["---"] * (len(names) + 1)]
    rows += [[fault, *(outcomes[name] for name in names)] for fault, outcomes in data.items()]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


if __name__ == "__main__":
    try:
        main()
    except Interrupted as interruption:
        sys.exit(interruption.exit_status)
    except Fault as fault:
        sys.exit("\n  log: ".join([f"faults: {fault}", *fault.tail]))
    finally:
        processes.end_all()
