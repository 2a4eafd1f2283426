"""What a server costs: memory when idle and when it holds requests, and CPU time."""

import asyncio
import resource
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import psutil

from instrument import signals
from instrument.errors import InstrumentError
from instrument.faults.rig import Answer, Running, ask, running
from instrument.faults.table import Cells, Table
from instrument.processes import wait_until
from instrument.servers import BY_NAME, EVERYWHERE, Server

WORKERS, THREADS, MANY = 4, 25, 1000
HOLD_SECONDS = 3
ROUNDS, REQUESTS, CLIENTS = 3, 1000, 8  # for the CPU time
FILES = 2 * MANY  # connections that a process may have
SETUPS = tuple(server.with_threads(THREADS) for server in EVERYWHERE)
HEADINGS = "| | idle, MB | requests held | then, MB | for each held, MB | CPU of a request, ms |"


@dataclass(frozen=True)
class Cost:
    """What four workers and their master cost together."""

    requests: int  # held at once
    idle: float  # resident memory in MB (2**20 bytes), before the first of them
    holding: float  # resident memory in MB, while they are held
    cpu: float  # milliseconds of CPU time for a request that does nothing, at best

    @property
    def each(self) -> float:
        """Return the memory per held request, in MB, with that of the idle workers."""
        return self.holding / self.requests


def title(server: Server) -> str:
    """Return what the server's row is called."""
    if server.has_threads:
        return f"{server.name}, {WORKERS} × {server.slots} threads"
    return f"{server.name}, {WORKERS} workers"


FIRST = title(BY_NAME["sync"])  # what the others are compared with


def costs(_: Cells) -> Cells:
    allow_connections()
    return {title(server): asdict(cost(server)) for server in SETUPS}


def cost(server: Server, rounds: int = ROUNDS) -> Cost:
    """Start a server and measure it; raise InstrumentError when it does not hold the requests."""
    requests = min(WORKERS * server.slots, MANY)
    with running(server, workers=WORKERS) as run:
        idle = resident(run)
        holding = asyncio.run(resident_while_holding(run, requests))
        used = min(cpu_of_requests(run) for _ in range(rounds))  # the others were disturbed
    return Cost(requests, round(idle), round(holding), round(used * 1000 / REQUESTS, 2))


def cpu_of_requests(run: Running) -> float:
    """Return how many seconds of CPU time a round of requests takes that do nothing."""
    before = cpu_seconds(run)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda _: ask_unless_stopped(run), range(REQUESTS)))
    if any(answer.status != 200 for answer in answers):
        raise InstrumentError("not every request was answered", run.log)
    return cpu_seconds(run) - before


def ask_unless_stopped(run: Running) -> Answer:
    signals.check()
    return ask(run.port)


def everyone(run: Running) -> list[psutil.Process]:
    return [run.master, *run.master.children()]


def resident(run: Running) -> float:
    """Return the resident set size of the server, in MB; pages that two share count twice."""
    return sum(process.memory_info().rss for process in everyone(run)) / 2**20


def cpu_seconds(run: Running) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in everyone(run))


async def resident_while_holding(run: Running, requests: int) -> float:
    clients = [asyncio.create_task(wait_for_answer(run.port)) for _ in range(requests)]
    await asyncio.to_thread(wait_until, lambda: run.held(*run.workers()) == requests)
    found = await asyncio.to_thread(resident, run)
    if any(client.done() for client in clients):
        raise InstrumentError(f"this machine is too slow to hold {requests} for {HOLD_SECONDS} s")
    if any(b" 200 " not in answer for answer in await asyncio.gather(*clients)):
        raise InstrumentError("not every request was answered", run.log)
    return found


async def wait_for_answer(port: int) -> bytes:
    """Return the status line of an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET /{HOLD_SECONDS} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    line = await reader.readline()
    writer.close()
    return line


def allow_connections() -> None:
    """Let this process and those it starts have enough connections; raise InstrumentError otherwise."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        raise InstrumentError(
            f"only {hard} open files are allowed: set `ulimit -Hn` to {FILES} or more"
        )
    if soft != resource.RLIM_INFINITY and soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))


def markdown(cells: Cells) -> str:
    """Return the costs as a table in Markdown."""
    rows = [HEADINGS, "| --- | --: | --: | --: | --: | --: |"]
    for name, told in cells.items():
        each = Cost(**told)
        numbers = (
            f"{each.idle} | {each.requests:,} | {each.holding} | {each.each:.2f} | {each.cpu:.2f}"
        )
        rows.append(f"| {name} | {numbers} |")
    return "\n".join([*rows, ""])


TABLE = Table("costs", "connections", costs, markdown)
