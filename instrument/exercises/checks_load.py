"""Exercise 10: a locustfile, run against a sync worker and an event loop."""

import csv
import re
import signal
from contextlib import suppress
from pathlib import Path
from time import monotonic

from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import LONGEST, Served, because, compiled, gunicorn, uvicorn

USERS = 4  # of each class
SECONDS = 4  # from the first answer on
WAITS = 0.25  # seconds of an answer
LEAST_REST = 0.4  # seconds between a user's requests that hide the knee
APART = 1.25  # a worker answers one at a time, the loop one for each of the users: 4 times as many
ANSWERED = "answered"  # in the log, for each request
SYNC_APP = f"""import time
def app(environ, start_response):
    time.sleep({WAITS})
    print({ANSWERED!r}, time.monotonic(), flush=True)
    start_response("200 OK", [("Content-Length", "0")])
    return []
"""
LOOP_APP = f"""import asyncio, time
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.sleep({WAITS})
    print({ANSWERED!r}, time.monotonic(), flush=True)
    headers = [(b"content-length", b"0")]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body"}})
"""
EQUAL = f"""
WsgiUser.fixed_count = AsgiUser.fixed_count = {USERS}
"""


@exercise(
    10,
    "a locustfile that hides the knee",
    "compare",
    "A user who rests for ten seconds does not keep a worker busy. What without wait_time?",
)
def knee(path: Path, folder: Path) -> str:
    compiled(path)
    port = processes.free_port(2)  # one next to the other, as 8000 and 8001
    for name, text in (("sync_app", SYNC_APP), ("loop_app", LOOP_APP)):
        (folder / f"{name}.py").write_text(text, "utf-8")
    with (
        gunicorn(folder / "sync_app.py", folder, port=port) as sync,
        uvicorn(folder / "loop_app.py", folder, port=port + 1) as loop,
    ):
        rows, answered = loaded(placed(path, folder, port), folder, (sync, loop))
    return judged(rows, answered)


def loaded(locustfile: Path, folder: Path, servers: tuple[Served, Served]) -> tuple[dict, dict]:
    """Let Locust run it for a while; return its table, and how many answers each server gave."""
    command = ["locust", "--locustfile", str(locustfile), "WsgiUser", "AsgiUser", "--headless"]
    command += ["--users", str(2 * USERS), "--spawn-rate", str(2 * USERS)]
    command += ["--stop-timeout", "0", "--only-summary", "--csv", str(folder / "run")]
    log = folder / "locust.log"
    with processes.running(command, log) as locust:
        started = monotonic()

        def is_over() -> bool:
            begun = min([time for each in servers for time in times(each)], default=None)
            end = started + LONGEST if begun is None else begun + SECONDS - WAITS
            return locust.poll() is not None or monotonic() > end

        processes.wait_until(is_over, seconds=2 * LONGEST)
        answered = dict(zip(("wsgi", "asgi"), map(len, map(times, servers)), strict=True))
        locust.send_signal(signal.SIGTERM)
        with suppress(InstrumentError):
            processes.wait_until(lambda: locust.poll() is not None, seconds=5)
    rows = table(folder / "run_stats.csv")
    if locust.returncode and not rows:
        raise Wrong(f"Locust does not run it.{because(log)}")
    if "Traceback" in log.read_text("utf-8", "replace"):
        raise Wrong(f"Locust runs it, and an error comes again and again.{because(log)}")
    return rows, answered


def times(run: Served) -> list[float]:
    """Return when a server gave its answers."""
    return [float(told) for told in re.findall(rf"^{ANSWERED} ([\d.]+)$", run.said(), re.MULTILINE)]


def placed(path: Path, folder: Path, port: int) -> Path:
    """Write the same locustfile with free ports for those that it names, and as many users of each class."""
    text = re.sub(r"\b8000\b", str(port), path.read_text("utf-8"))
    copy = folder / path.name
    copy.write_text(re.sub(r"\b8001\b", str(port + 1), text) + EQUAL, "utf-8")
    return copy


def table(path: Path) -> dict[str, tuple[int, float]]:
    """Return of each row how many requests were answered, and after how many seconds on average."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {
            row["Name"]: (
                int(row["Request Count"]) - int(row["Failure Count"]),
                float(row["Average Response Time"]) / 1000,
            )
            for row in csv.DictReader(file)
        }


def judged(rows: dict[str, tuple[int, float]], answered: dict[str, int]) -> str:
    for name in ("wsgi", "asgi"):
        if name not in rows:
            raise Wrong(f"There is no row {name!r} in Locust's table: keep both classes and names.")
    for name in ("wsgi", "asgi"):
        count, _ = rows[name]
        if count > answered[name] + USERS:  # which were on their way
            raise Wrong(
                f"Locust's table has {count} answers in the row {name}, and that server gave "
                f"{answered[name]}: does each class ask its own server, and count what it got?"
            )
    wsgi, asgi = answered["wsgi"], answered["asgi"]
    saw = f"In {SECONDS} s, {USERS} users each: {wsgi} answers in the row wsgi, {asgi} in asgi"
    if not wsgi or not rows["wsgi"][0] or asgi / wsgi < APART:
        raise Wrong(f"{saw}. They look alike: users who rest don't keep one worker busy.")
    for name in ("wsgi", "asgi"):
        rests = USERS * SECONDS / answered[name] - rows[name][1]
        if rests > LEAST_REST:
            raise Wrong(
                f"{saw}. A user of {name} rests for {rests:.1f} s after each answer, and meanwhile "
                "its server may be idle."
            )
    return f"{saw}: a worker answers one at a time, the loop answers all that wait."
