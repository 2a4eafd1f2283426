"""Exercise 10: a locustfile, run against a sync worker and an event loop."""

import csv
from pathlib import Path

from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.exercises.book import Wrong, exercise
from instrument.exercises.serve import because, compiled, gunicorn, uvicorn

USERS = 4  # of each class
SECONDS = 6
APART = 1.5  # one worker answers one a second, the loop one for each of the users: 4 times as many


@exercise(
    10,
    "a locustfile that hides the knee",
    "compare",
    "A user who rests for ten seconds does not keep a worker busy. What without wait_time?",
)
def knee(path: Path, folder: Path) -> str:
    compiled(path)
    with (
        gunicorn(path, folder, app="wsgi.slow_app:app") as sync,
        uvicorn(path, folder, app="asgi.slow_app:app") as loop,
    ):
        copy, users = str(placed(path, folder, sync.port, loop.port)), str(2 * USERS)
        command = ["locust", "--locustfile", copy, "WsgiUser", "AsgiUser", "--headless"]
        command += ["--users", users, "--spawn-rate", users, "--run-time", str(SECONDS)]
        command += ["--stop-timeout", "0", "--only-summary", "--exit-code-on-error", "0"]
        command += ["--csv", str(folder / "run")]
        log = folder / "locust.log"
        with processes.running(command, log) as locust:
            try:
                processes.wait_until(lambda: locust.poll() is not None, seconds=20)
            except InstrumentError as error:
                raise Wrong("Locust did not end in time: is there an endless loop?") from error
    rows = counts(folder / "run_stats.csv")
    if locust.returncode and not rows:
        raise Wrong(f"Locust does not run it.{because(log)}")
    if "Traceback" in log.read_text("utf-8", "replace"):
        raise Wrong(f"Locust runs it, and an error comes again and again.{because(log)}")
    return judged(rows)


def placed(path: Path, folder: Path, wsgi: int, asgi: int) -> Path:
    """Write the same locustfile with free ports in place of the two that it names."""
    text = path.read_text("utf-8").replace(":8000", f":{wsgi}").replace(":8001", f":{asgi}")
    copy = folder / path.name
    copy.write_text(text, "utf-8")
    return copy


def counts(path: Path) -> dict[str, int]:
    """Return how many requests were answered in each row."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        return {
            row["Name"]: int(row["Request Count"]) - int(row["Failure Count"])
            for row in csv.DictReader(file)
        }


def judged(rows: dict[str, int]) -> str:
    for name in ("wsgi", "asgi"):
        if name not in rows:
            raise Wrong(f"There is no row {name!r} in Locust's table: keep both classes and names.")
    wsgi, asgi = rows["wsgi"], rows["asgi"]
    saw = f"In {SECONDS} s, {USERS} users each: {wsgi} answers in the row wsgi, {asgi} in asgi"
    if asgi <= USERS or not wsgi or asgi / wsgi < APART:  # at most one each: they rest
        raise Wrong(f"{saw}. They look alike: users who rest don't keep one worker busy.")
    return f"{saw}: a worker answers one a second, the loop answers all that wait."
