"""Puts the same load on the same two calls in four frameworks, one after the other.

python -m tests.benchmark                          measures, prints, and writes starlette_api/frameworks.json
python -m tests.benchmark starlette_api/frameworks.json     prints it again, without measuring
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from compare import processes
from compare.processes import ROOT
from starlette_api.models import NewNote
from starlette_api.store import Store

WORKERS, CONNECTIONS, SECONDS, ROUNDS = 4, 32, 5, 3
THREADS = CONNECTIONS // WORKERS  # of gthread, so that each connection has one
UVICORN = f"uvicorn --port {{port}} --workers {WORKERS} --no-access-log --log-level warning"
GUNICORN = (
    f"gunicorn --bind 127.0.0.1:{{port}} --workers {WORKERS} --no-control-socket "
    f"--worker-class gthread --threads {THREADS}"
)
SERVERS = {
    "Starlette, threads": f"{UVICORN} starlette_api.app:app",
    "FastAPI, threads": f"{UVICORN} tests.benchmark.fastapi_app:app",
    "FastAPI, async driver": f"{UVICORN} tests.benchmark.fastapi_async_app:app",
    "Flask, gthread": f"{GUNICORN} tests.benchmark.flask_app:app",
}
PACKAGES = ("starlette", "fastapi", "flask", "sqlalchemy", "aiosqlite", "uvicorn", "gunicorn")
POST = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"title": "a note", "text": "to be kept"}'
"""


def main():
    if sys.argv[1:]:
        show(json.loads(Path(sys.argv[1]).read_text()))
        return
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed: sudo apt install wrk")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        rounds = [
            {name: measure(command, Path(scratch)) for name, command in SERVERS.items()}
            for _ in range(ROUNDS)
        ]
    best = {
        name: {call: max(each[name][call] for each in rounds) for call in ("GET", "POST")}
        for name in SERVERS
    }
    data = {
        "requests_per_second": best,
        "workers": WORKERS,
        "connections": CONNECTIONS,
        "cpus": os.cpu_count(),
        "versions": {name: metadata.version(name) for name in PACKAGES},
    }
    (ROOT / "starlette_api" / "frameworks.json").write_text(json.dumps(data, indent=2) + "\n")
    show(data)


def measure(command, scratch):
    """Return requests/s of GET one and of POST, on a new database."""
    folder = Path(tempfile.mkdtemp(dir=scratch))
    (folder / "post.lua").write_text(POST)
    url = os.environ["DATABASE_URL"] = f"sqlite:///{folder}/notes.db"
    store = Store(url)
    first = store.create(NewNote(title="a note", text="to be kept"))
    store.close()
    port = processes.free_port()
    address = f"http://127.0.0.1:{port}/notes"
    with processes.running(command.format(port=port), folder / "log") as server:
        while processes.answer(port) is None:
            processes.check_alive(server, command, "before it answered", folder / "log")
        load(f"{address}/{first.id}", seconds=2)  # until all workers are up, and warm
        return {
            "GET": load(f"{address}/{first.id}"),
            "POST": load(f"{address} --script {folder}/post.lua"),
        }


def load(where, seconds=SECONDS):
    """Return requests/s; raise Fault when one was answered with an error."""
    wrk = f"wrk --threads 1 --connections {CONNECTIONS} --duration {seconds}s --timeout 10s {where}"
    printed = subprocess.run(shlex.split(wrk), check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in printed or "Socket errors" in printed:
        raise processes.Fault(printed)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])


def show(data):
    measured = data["requests_per_second"]
    ours = next(iter(measured.values()))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("framework, and where it waits")
    for call in ours:
        table.add_column(f"{call}/s", justify="right")
        table.add_column("ratio", justify="right")
    for name, each in measured.items():
        cells = [(f"{each[call]:.0f}", f"{each[call] / ours[call]:.2f}") for call in ours]
        table.add_row(name, *(cell for pair in cells for cell in pair))
    Console(width=100).print(table)
    names = ", ".join(f"{name} {version}" for name, version in data["versions"].items())
    print(f"\n{data['workers']} workers, {data['connections']} connections, {data['cpus']} CPUs;")
    print(names)


if __name__ == "__main__":
    try:
        main()
    except processes.Fault as fault:
        sys.exit(str(fault))
    finally:
        processes.end_all()
