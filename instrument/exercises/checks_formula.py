"""Exercise 22: a formula, and three settings that are measured to compare."""

import random
from functools import partial
from pathlib import Path

from instrument.exercises.book import Wrong, exercise
from instrument.exercises.checks_sizing import called
from instrument.exercises.serve import configured, fetch_together, need_ok, together

Setting = tuple[int, str, int, int, float]  # clients, worker class, workers, threads, seconds
KINDS_OF_APPS = """import asyncio, time
def sync(environ, start_response):
    time.sleep({seconds})
    start_response("200 OK", [("Content-Length", "0")])
    return []
gthread = sync
async def asgi(scope, receive, send):
    assert scope["type"] == "http"
    await asyncio.sleep({seconds})
    await send({{"type": "http.response.start", "status": 200}})
    await send({{"type": "http.response.body"}})
"""
EXACT = 0.1  # of a step: answers come in steps of an answer's seconds
TRIES = 3  # an answer may come late because of other programs, and not each time
AN_HOUR = 3600


@exercise(
    22,
    "a formula for three worker classes",
    "compare",
    "How many requests does each class hold at once? They are answered in groups of so many.",
)
def formula(path: Path, folder: Path) -> str:
    settings = three_settings()
    given = called(path, folder, "last", *settings)
    for said, setting in zip(given, settings, strict=True):
        is_number = isinstance(said, int | float) and not isinstance(said, bool)
        if not is_number or not abs(said) < AN_HOUR:
            raise Wrong(f"last{setting} returned {said!r:.20}: return a number of seconds.")
    servers = [
        partial(need_measured, folder, said, *setting)
        for said, setting in zip(given, settings, strict=True)
    ]
    saw = ", ".join(f"{seconds:.1f}" for seconds in together(*servers))
    return (
        f"Three settings were measured just now. The last answers came after {saw} s, as you said."
    )


def three_settings() -> list[Setting]:
    """Return a setting for each class: a last group of one, full groups, and one group."""
    seconds = random.sample((0.3, 0.4, 0.5, 0.6), 3)
    workers, threads, unused = (
        random.choice((3, 4)),
        random.choice((2, 3, 4)),
        random.choice((2, 3)),
    )
    return random.sample(
        [
            (workers + 1, "sync", workers, 1, seconds[0]),
            (random.choice((2, 3)) * threads, "gthread", 1, threads, seconds[1]),
            (random.randint(5, 8), "asgi", 1, unused, seconds[2]),
        ],
        3,
    )


def need_measured(
    folder: Path, said: float, clients: int, kind: str, workers: int, threads: int, seconds: float
) -> float:
    """Return when the last client was answered, where that is what was said."""
    config = folder / f"{kind}.conf.py"
    config.write_text(f'worker_class = "{kind}"\nthreads = {threads}\n', "utf-8")
    (folder / f"waiting_{kind}.py").write_text(KINDS_OF_APPS.format(seconds=seconds), "utf-8")
    with configured(config, folder, f"waiting_{kind}:{kind}", workers) as run:
        for _ in range(TRIES):
            answers = fetch_together(run.port, clients)
            took = max(need_ok(each, run).seconds for each in answers)
            steps = took / seconds
            if abs(said / seconds - int(steps + EXACT)) < EXACT:  # those behind asked a bit later
                return took
            if said / seconds > steps:
                break
    raise Wrong(
        f"-k {kind} -w {workers} --threads {threads}, {clients} clients, {seconds} s each: last() "
        f"says {said:.2f} s. Measured: {took:.2f} s. How many are answered at once, and how often?"
    )
