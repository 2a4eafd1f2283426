"""What experiments might have measured."""

from dataclasses import replace

from rich.console import Console

from instrument.arithmetic.measure import Steady
from instrument.experiments.result import Result
from instrument.load.conditions import Conditions

SYNC = Result(
    name="sync",
    interface="wsgi",
    app="wsgi.slow_app:app",
    command="gunicorn wsgi.slow_app:app",
    users=20,
    workers=4,
    steady_seconds=15.0,
    requests=60,
    failures=0,
    requests_per_second=3.98,
    ceiling=4.0,
    median_ms=5004.4,
    p95_ms=5010.0,
    locust_cpu=0.03,
    machine_cpu=0.05,
)
LOOP = replace(SYNC, name="loop", requests_per_second=19.9, ceiling=20.0, median_ms=1001.0)
CONDITIONS = Conditions.here_and_now(users=20, seconds=15, workers=4)
STEPS = tuple(
    Steady(users, 8.0, 80, 0, min(users, 4) * 0.99, min(users, 4), 1000.0 * users / 4, 1001.0)
    for users in (1, 2, 4, 8)
)


def printed(lines, width=80):
    """Return the lines that an experiment tells, as they are on a terminal so wide."""
    console = Console(force_terminal=False, width=width)
    with console.capture() as capture:
        for each in lines:
            console.print(each, soft_wrap=isinstance(each, str))
    return capture.get().splitlines()
