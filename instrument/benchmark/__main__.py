"""Puts the same load on the same two calls in four frameworks, and in none, by turns."""

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

from rich.console import Console

from command_line import whole_number
from instrument.arithmetic.measure import OTHERS
from instrument.edges import processes, signals
from instrument.edges.check import FRAMEWORK_REQUIREMENTS, need_packages
from instrument.edges.cpus import usable_cpus
from instrument.edges.errors import InstrumentError
from instrument.edges.files import writable, write
from instrument.edges.processes import ROOT
from instrument.edges.program import run_program
from instrument.edges.tools import lacking
from instrument.experiments.columns import new_table
from instrument.load.others import clock
from instrument.servers import BY_NAME, Server
from starlette_api.models import NewNote
from starlette_api.store import Store

WORKERS, CONNECTIONS, SECONDS, ROUNDS = 4, 32, 2, 7
UVICORN = BY_NAME["uvicorn"]
GTHREAD = BY_NAME["gthread"].with_threads(CONNECTIONS // WORKERS)  # one for each connection
FRAMEWORKS = {  # and the server and the app of each; ratios are to the first
    "Starlette, threads": (UVICORN, "starlette_api.app:app"),
    "FastAPI, threads": (UVICORN, "instrument.benchmark.fastapi_app:app"),
    "FastAPI, async driver": (UVICORN, "instrument.benchmark.fastapi_async_app:app"),
    "Flask, gthread": (GTHREAD, "instrument.benchmark.flask_app:app"),
    "no framework, threads": (UVICORN, "instrument.benchmark.bare_app:app"),
}
CALLS = ("GET", "POST")
POST = Path(__file__).with_name("post.lua")
BENCHMARKED = ("starlette", "fastapi", "flask", "sqlalchemy", "aiosqlite", "uvicorn", "gunicorn")
NAME = "benchmark.json"
Figures = dict[str, float]  # rate, CPU and share of others of one call


def main() -> None:
    options = parse()
    if options.file:
        show(read_saved(options.file))
        return
    if told := lacking("wrk"):
        raise InstrumentError(told)
    need_packages(FRAMEWORK_REQUIREMENTS)
    folder = writable(ROOT / ("docs" if options.write else "results"))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        rounds = [
            {
                name: measure(*each, Path(scratch), options.seconds)
                for name, each in FRAMEWORKS.items()
            }
            for _ in range(options.rounds)
        ]
    data = {
        "rounds": rounds,
        "seconds": options.seconds,
        "workers": WORKERS,
        "connections": CONNECTIONS,
        "cpus": usable_cpus(),
        "versions": {name: metadata.version(name) for name in BENCHMARKED},
    }
    show(data)
    print(write(folder / NAME, json.dumps(data, indent=1) + "\n").relative_to(ROOT))


def read_saved(path: Path) -> dict[str, Any]:
    """Return what was saved; raise InstrumentError where it is something else."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        [each["GET"]["rate"] for one in data["rounds"] for each in one.values()]
    except OSError as error:
        raise InstrumentError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InstrumentError(f"can't read {path}: it is not what the benchmark wrote") from error
    return data


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m instrument.benchmark", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="print what was saved here, instead")
    told = "default: %(default)s"
    parser.add_argument("--rounds", type=whole_number(1, 100), default=ROUNDS, help=told)
    told = "for each call (default: %(default)s)"
    parser.add_argument("--seconds", type=whole_number(1, 60), default=SECONDS, help=told)
    parser.add_argument("--write", action="store_true", help=f"to docs/{NAME}, not to results/")
    return parser.parse_args()


def measure(server: Server, app: str, scratch: Path, seconds: int) -> dict[str, Figures]:
    """Return what came of each call, on a new database."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    url = f"sqlite:///{folder}/notes.db"
    store = Store(url)
    first = store.create(NewNote(title="a note", text="to be kept"))
    store.close()
    port, log = processes.free_port(), folder / "log"
    command = server.command(port, WORKERS, app)
    address = f"http://127.0.0.1:{port}/notes"
    calls = {"GET": [f"{address}/{first.id}"], "POST": [address, "--script", str(POST)]}
    up = processes.serving(app, command, port, log, server.booted, WORKERS, False, DATABASE_URL=url)
    with up as running:
        ask_much(folder, calls["GET"], 1)  # until all workers are warm
        return {
            call: observed(running.pid, folder, where, seconds) for call, where in calls.items()
        }


def observed(pid: int, folder: Path, where: list[str], seconds: int) -> Figures:
    """Return requests/s, ms of CPU that the server used for each, and the share that others used."""
    before, ended = clock(pid), sum(os.times()[2:4])
    requests, rate = ask_much(folder, where, seconds)
    after, wrk = clock(pid), sum(os.times()[2:4]) - ended
    others = after.everybody - before.everybody - (after.ours - before.ours) - wrk
    return {
        "rate": rate,
        "cpu_ms": round(1000 * (after.parts[0] - before.parts[0]) / requests, 3),
        "others": round(max(0.0, others / (after.there - before.there)), 3),
    }


def ask_much(folder: Path, where: list[str], seconds: int) -> tuple[int, float]:
    """Return how many requests were answered, and how many per second; raise InstrumentError."""
    wrk = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s"]
    told = processes.printed([*wrk, "--duration", f"{seconds}s", *where], folder / "wrk.log")
    if "Non-2xx" in told or "Socket errors" in told:
        raise InstrumentError("not every request was answered", folder / "wrk.log")
    (requests,) = re.findall(r"(\d+) requests in", told)
    (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", told)
    return int(requests), float(rate)


def show(data: dict[str, Any]) -> None:
    rounds = data["rounds"]
    first = next(iter(FRAMEWORKS))
    for call in CALLS:
        headings = ("a second", "from .. to", "ratio", "from .. to", "CPU, ms", "from .. to")
        table, below = new_table(call, *headings), []
        for name in rounds[0]:
            rates = [each[name][call]["rate"] for each in rounds]
            ratios = [each[name][call]["rate"] / each[first][call]["rate"] for each in rounds]
            cpu = [each[name][call]["cpu_ms"] for each in rounds]
            cells = (*told(rates, 0), *told(ratios, 2), *told(cpu, 2))
            disturbed = sum(each[name][call]["others"] > OTHERS for each in rounds)
            table.add_row(name + "*" * bool(disturbed), *cells)
            if disturbed:
                often = f"in {disturbed} of {len(rounds)} rounds"
                below.append(f"* {name}: other programs used the CPUs {often}.")
        Console(width=100).print(table)
        print("", *below, sep="\n")
    names = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    print(
        f"Median, lowest and highest of {len(rounds)} rounds of {data['seconds']} s by turns; "
        f"a ratio is to {first} in the same round.\n"
        f"{data['workers']} workers, {data['connections']} connections, {data['cpus']} CPUs;\n"
        f"{names}"
    )


def told(values: list[float], digits: int) -> tuple[str, str]:
    """Return the median, and the lowest and highest, as they are printed."""
    median, low, high = statistics.median(values), min(values), max(values)
    return f"{median:.{digits}f}", f"{low:.{digits}f} .. {high:.{digits}f}"


if __name__ == "__main__":
    signals.note()
    sys.exit(run_program("benchmark", main))
