"""Puts the same load on the same two calls in four frameworks, one after the other.

python -m instrument.benchmark                         measures, prints, and writes docs/frameworks.json
python -m instrument.benchmark docs/frameworks.json    prints it again, without measuring
"""

import json
import os
import re
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from rich.console import Console

from instrument import processes, signals
from instrument.columns import new_table
from instrument.errors import InstrumentError
from instrument.processes import ROOT
from instrument.program import run_program
from instrument.saved import write
from instrument.servers import BY_NAME
from starlette_api.models import NewNote
from starlette_api.store import Store

WORKERS, CONNECTIONS, SECONDS, ROUNDS = 4, 32, 5, 3
UVICORN = BY_NAME["uvicorn"]
GTHREAD = BY_NAME["gthread"].with_threads(CONNECTIONS // WORKERS)  # one for each connection
FRAMEWORKS = {  # and the server and the app of each
    "Starlette, threads": (UVICORN, "starlette_api.app:app"),
    "FastAPI, threads": (UVICORN, "instrument.benchmark.fastapi_app:app"),
    "FastAPI, async driver": (UVICORN, "instrument.benchmark.fastapi_async_app:app"),
    "Flask, gthread": (GTHREAD, "instrument.benchmark.flask_app:app"),
}
POST = Path(__file__).with_name("post.lua")
PACKAGES = ("starlette", "fastapi", "flask", "sqlalchemy", "aiosqlite", "uvicorn", "gunicorn")


def main():
    if sys.argv[1:]:
        show(json.loads(Path(sys.argv[1]).read_text()))
        return
    if not shutil.which("wrk"):
        raise InstrumentError("wrk is not installed: sudo apt install wrk")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        rounds = [
            {name: measure(*each, Path(scratch)) for name, each in FRAMEWORKS.items()}
            for _ in range(ROUNDS)
        ]
    best = {
        name: {call: max(each[name][call] for each in rounds) for call in ("GET", "POST")}
        for name in FRAMEWORKS
    }
    data = {
        "requests_per_second": best,
        "workers": WORKERS,
        "connections": CONNECTIONS,
        "cpus": os.cpu_count(),
        "versions": {name: metadata.version(name) for name in PACKAGES},
    }
    write(ROOT / "docs" / "frameworks.json", json.dumps(data, indent=2) + "\n")
    show(data)


def measure(server, app, scratch):
    """Return requests/s of GET one and of POST, on a new database."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    url = f"sqlite:///{folder}/notes.db"
    store = Store(url)
    first = store.create(NewNote(title="a note", text="to be kept"))
    store.close()
    port, log = processes.free_port(), folder / "log"
    command = server.command(port, WORKERS, app)
    address = f"http://127.0.0.1:{port}/notes"
    with processes.running(command, log, DATABASE_URL=url) as running:
        processes.wait_until(lambda: log.read_text().count(server.booted) == WORKERS, running, log)
        ask_much(folder, f"{address}/{first.id}", seconds=2)  # until all workers are warm
        return {
            "GET": ask_much(folder, f"{address}/{first.id}"),
            "POST": ask_much(folder, f"{address} --script {POST}"),
        }


def ask_much(folder, where, seconds=SECONDS):
    """Return requests/s; raise InstrumentError when one was answered with an error."""
    wrk = f"wrk --threads 1 --connections {CONNECTIONS} --duration {seconds}s --timeout 10s {where}"
    told = processes.printed(wrk, folder / "wrk.log")
    if "Non-2xx" in told or "Socket errors" in told:
        raise InstrumentError("not every request was answered", folder / "wrk.log")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", told)[1])


def show(data):
    measured = data["requests_per_second"]
    ours = next(iter(measured.values()))
    headings = [heading for call in ours for heading in (f"{call}/s", "ratio")]
    table = new_table("framework, and where it waits", *headings)
    for name, each in measured.items():
        cells = [(f"{each[call]:.0f}", f"{each[call] / ours[call]:.2f}") for call in ours]
        table.add_row(name, *(cell for pair in cells for cell in pair))
    Console(width=100).print(table)
    names = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    print(f"\n{data['workers']} workers, {data['connections']} connections, {data['cpus']} CPUs;")
    print(names)


if __name__ == "__main__":
    signals.note()
    sys.exit(run_program("benchmark", main))
