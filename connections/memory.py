"""What a server with four workers costs: memory when idle and when it holds requests, and CPU time.

python -m connections.memory            as a table
python -m connections.memory --write    the same, written to connections/memory.json and the README, too
"""

import argparse
import asyncio
import json
import re
import resource
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psutil

from compare import processes
from compare.processes import Fault, Interrupted
from production.servers import SERVERS, Running, Server, ask, running, wait_until
from production.tables import versions

DATA = Path(__file__).with_suffix(".json")
TABLE = re.compile(r"(?<=<!-- memory -->\n).*?(?=<!-- end of memory -->)", re.DOTALL)
WORKERS, THREADS, MANY = 4, 25, 1000
FIRST = f"sync, {WORKERS} workers"  # what the others are compared with
HOLD_SECONDS = 3
ROUNDS, REQUESTS, CLIENTS = 3, 1000, 8  # for the CPU time
FILES = 2 * MANY  # connections that a process may have


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


def setups() -> list[tuple[str, Server, int]]:
    """Return what is measured: its name, the server, and how many requests it holds."""
    sync, gthread, *loops = SERVERS
    threads = replace(gthread, start=gthread.start.replace("--threads 2", f"--threads {THREADS}"))
    return [
        (FIRST, sync, WORKERS),
        (f"gthread, {WORKERS} × {THREADS} threads", threads, WORKERS * THREADS),
        *((f"{server.name}, {WORKERS} workers", server, MANY) for server in loops),
    ]


def cost(server: Server, requests: int) -> Cost:
    """Start a server and measure it. Raises Fault when it does not hold the requests."""
    with running(server, workers=WORKERS) as run:
        idle = resident(run)
        with processes.signals.held():  # looked at while the requests are waited for
            holding = asyncio.run(resident_while_holding(run, requests))
        used = min(cpu_of_requests(run) for _ in range(ROUNDS))  # the others were disturbed
    return Cost(requests, round(idle), round(holding), round(used * 1000 / REQUESTS, 2))


def cpu_of_requests(run: Running) -> float:
    """Return how many seconds of CPU time a round of requests takes that do nothing."""
    before = cpu_seconds(run)
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda _: ask(run.port), range(REQUESTS)))
    if any(answer.status != 200 for answer in answers):
        raise Fault("not every request was answered", run.log)
    return cpu_seconds(run) - before


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
        raise Fault(f"this machine is too slow to hold {requests} for {HOLD_SECONDS} s")
    if any(b" 200 " not in answer for answer in await asyncio.gather(*clients)):
        raise Fault("not every request was answered", run.log)
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
    """Let this process and those it starts have enough connections; raise Fault otherwise."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES:
        raise Fault(f"only {hard} open files are allowed: set `ulimit -Hn` to {FILES} or more")
    if soft != resource.RLIM_INFINITY and soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, hard))


def table(data: dict) -> str:
    """Return the costs as a table in Markdown, with the versions below it."""
    rows = ["| | idle, MB | requests held | then, MB | for each held, MB | CPU of a request, ms |"]
    rows += ["| --- | --: | --: | --: | --: | --: |"]
    for name, told in data["costs"].items():
        each = Cost(**told)
        numbers = (
            f"{each.idle} | {each.requests:,} | {each.holding} | {each.each:.2f} | {each.cpu:.2f}"
        )
        rows.append(f"| {name} | {numbers} |")
    used = ", ".join(" ".join(each) for each in data["versions"].items() if each[0] != "nginx")
    return "\n".join([*rows, "", f"{used}.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m connections.memory", allow_abbrev=False)
    parser.add_argument("--write", action="store_true", help=f"to {DATA.name} and README.md")
    options = parser.parse_args()
    processes.signals.handle()
    allow_connections()
    costs = {name: asdict(cost(server, requests)) for name, server, requests in setups()}
    data = {"versions": versions(), "costs": costs}
    print(table(data), end="")
    if options.write:
        DATA.write_text(json.dumps(data, indent=2) + "\n")
        readme = DATA.with_name("README.md")
        readme.write_text(TABLE.sub(lambda _: table(data), readme.read_text()))


if __name__ == "__main__":
    try:
        main()
    except Interrupted as interruption:
        sys.exit(interruption.exit_status)
    except Fault as fault:
        sys.exit("\n  log: ".join([f"memory: {fault}", *fault.tail]))
    finally:
        processes.end_all()
