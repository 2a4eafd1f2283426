"""What a server costs: memory when idle and when it holds requests, and CPU time."""

import statistics
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from socket import socket

import psutil

from command_line import too_few_files
from instrument.edges import signals
from instrument.edges.clients import connected, connection_to
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import wait_until
from instrument.faults.fixtures import PATIENCE, Launched, ask_on, launched
from instrument.faults.table import Cells, Table, naming, side_by_side
from instrument.servers import BY_NAME, EVERYWHERE, Server
from production.slow_client import readable

WORKERS, THREADS, MANY = 4, 25, 1000
HOLD_SECONDS = (4, 16, 64)  # each where a machine is too slow for the one before
SIDE_BY_SIDE = 2  # most of the time, requests are held
ROUNDS, REQUESTS, CLIENTS = 3, 500, 8  # for the CPU time
TIMES_KEPT = 4  # as many requests on kept connections, since they take less
FILES = 2 * MANY  # connections that a process may have
BODY = 30_000  # bytes
HEADING_ROW = (
    "| | idle, MB | requests held | then, MB | one more takes "
    "| CPU of a request with its connection, ms | on a kept connection, ms |"
)


@dataclass(frozen=True)
class Setup:
    """A server with an application that only waits."""

    title: str
    server: Server
    app: str
    body: int = 0  # bytes of each held request

    @property
    def held(self) -> tuple[int, int]:
        """Return two counts of requests; a request more is what lies between them."""
        most = int(min(WORKERS * self.server.slots, MANY))
        return most // 10, most


@dataclass(frozen=True)
class Cost:
    """What four workers and their master cost together; MB are 2**20 bytes of resident memory."""

    idle: float  # MB, before the first request
    few: int  # requests held at once
    with_few: float  # MB, while they are held
    many: int
    with_many: float
    worker: float  # MB of one worker more
    cpu: float  # ms of CPU for a request that does nothing and opens a connection: the median
    cpu_kept: float | None  # ms on a connection that is kept; None where none is

    @property
    def one_more(self) -> float:
        """Return the memory for one more request, in MB: that of a worker, where each has one."""
        if self.many == WORKERS:
            return self.worker
        return (self.with_many - self.with_few) / (self.many - self.few)


def title(server: Server) -> str:
    if server.has_threads:
        return f"{server.name}, {WORKERS} × {server.slots} threads"
    return f"{server.name}, {WORKERS} workers"


IN_STARLETTE = "instrument.faults.quiet_starlette"
UVICORN = BY_NAME["uvicorn"]
SETUPS = (
    *(
        Setup(title(server), server, f"instrument.faults.quiet_{server.interface}:app")
        for server in (each.with_threads(THREADS) for each in EVERYWHERE)
    ),
    Setup("uvicorn, Starlette", UVICORN, f"{IN_STARLETTE}:app"),
    Setup("the same, three BaseHTTPMiddlewares", UVICORN, f"{IN_STARLETTE}:below_three"),
    Setup("the same, a body of 30 kB instead", UVICORN, f"{IN_STARLETTE}:app", BODY),
)


def costs(*_: object) -> Cells:
    found = side_by_side([partial(cost, setup) for setup in SETUPS], SIDE_BY_SIDE)
    return {setup.title: asdict(each) for setup, each in zip(SETUPS, found, strict=True)}


def cost(setup: Setup, rounds: int = ROUNDS) -> Cost:
    """Start a server and measure it, on a slow machine another one; raise InstrumentError."""
    if told := too_few_files(FILES):
        raise InstrumentError(told)
    for seconds in HOLD_SECONDS:
        apps = {setup.server.interface: setup.app}
        with naming(setup.title), launched(setup.server, workers=WORKERS, apps=apps) as run:
            if found := cost_of(run, setup, rounds, seconds):
                return found
    raise InstrumentError(f"this machine is too slow to hold {setup.held[1]} for {seconds} s")


def cost_of(run: Launched, setup: Setup, rounds: int, seconds: int) -> Cost | None:
    """Return what a fresh server costs, or None when it answered before it held all requests."""
    idle = resident(run)
    worker = statistics.median(rss(each) for each in run.master.children())
    held = resident_while_holding(run, setup, seconds)
    if not held:
        return None
    few, many = setup.held
    with_few, with_many = held
    cpu = statistics.median(cpu_of(run, keep=False) for _ in range(rounds))
    kept = None
    if setup.server.keeps_connections:
        kept = statistics.median(cpu_of(run, keep=True) for _ in range(rounds))
    return Cost(
        round(idle), few, round(with_few, 1), many, round(with_many, 1), round(worker), cpu, kept
    )


def cpu_of(run: Launched, keep: bool) -> float:
    """Return the CPU time of a request that does nothing, in ms, from a round of them."""
    count = REQUESTS * (TIMES_KEPT if keep else 1) // CLIENTS

    def ask_many(_: int) -> None:
        with connection_to(run.port) as connection:
            for _ in range(count):
                signals.check()
                if ask_on(connection, "/").status != 200:
                    raise InstrumentError("not every request was answered", run.log)
                if not keep:
                    connection.close()

    before = cpu_seconds(run)
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(ask_many, range(CLIENTS)))
    return round(1000 * (cpu_seconds(run) - before) / (count * CLIENTS), 3)


def everyone(run: Launched) -> list[psutil.Process]:
    return [run.master, *run.master.children()]


def rss(process: psutil.Process) -> float:
    return process.memory_info().rss / 2**20


def resident(run: Launched) -> float:
    """Return the resident set size of the server, in MB; pages that two share count twice."""
    return sum(map(rss, everyone(run)))


def cpu_seconds(run: Launched) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in everyone(run))


def resident_while_holding(run: Launched, setup: Setup, seconds: int) -> tuple[float, float] | None:
    """Return the memory while few requests are held, and while many are; None when that fails."""
    head = f"\r\nConnection: close\r\nContent-Length: {setup.body}\r\n\r\n"
    request = run.port, f"/{seconds}", head.encode() + b"x" * setup.body, PATIENCE + seconds
    found: list[float] = []
    clients: list[socket] = []
    try:
        with ExitStack() as stack:
            for count in setup.held:
                while len(clients) < count:
                    clients.append(stack.enter_context(connected(*request)))
                wait_until(lambda: run.held(*run.workers()) >= len(clients) or readable(clients))
                found.append(resident(run))
            is_late = bool(readable(clients))
            all_answered = all(b" 200 " in client.recv(64) for client in clients)
    except OSError:
        all_answered = False
    if not all_answered:
        raise InstrumentError("not every request was answered", run.log)
    return None if is_late else (found[0], found[1])


def markdown(cells: Cells) -> str:
    """Return the costs as a table in Markdown, with as many digits as repeat."""
    rows = [HEADING_ROW, "| --- | --: | --: | --: | --: | --: | --: |"]
    for name, told in cells.items():
        each = Cost(**told)
        more = f"{each.worker} MB, a worker" if each.many == WORKERS else kilobytes(each.one_more)
        kept = "none is kept" if each.cpu_kept is None else f"{each.cpu_kept:.1g}"
        rows.append(
            f"| {name} | {each.idle} | {each.many:,} | {each.with_many:.0f} | {more} "
            f"| {each.cpu:.1g} | {kept} |"
        )
    return "\n".join([*rows, ""])


def kilobytes(megabytes: float) -> str:
    """Return one digit of it, since the next one differs from run to run."""
    return f"{float(f'{megabytes * 1024:.1g}'):.0f} kB"


TABLE = Table("costs", "connections", costs, markdown)
