"""One measurement: a server, the load on it, and what was recorded."""

import json
import shlex
import time
from dataclasses import dataclass
from pathlib import Path

from compare import processes
from compare.display import Display
from compare.measure import (
    Completion,
    Recording,
    Result,
    TooFewAnswers,
    evaluate,
    load_seconds,
    spawn_rate,
)
from compare.processes import Fault
from compare.servers import Server

LOCUST = "locust --locustfile locustfile.py,compare/recorder.py"


@dataclass(frozen=True)
class Load:
    """How each server is asked, and with how many processes it answers."""

    users: int
    seconds: int  # of the steady part
    workers: int
    port: int | None  # None: a free one

    @property
    def total_seconds(self) -> int:
        """With the ramp-up before the steady part."""
        return load_seconds(self.users, self.seconds)


def measure(server: Server, load: Load, scratch: Path, display: Display) -> Result:
    """Start a server, put load on it, stop it, and return what the steady part says.

    Locust's report stays in the scratch folder as NAME.html.
    Raises Fault when the server or Locust fails, or too few requests are answered.
    """
    port = load.port or processes.free_port()
    command = server.command(port, load.workers)
    completions = scratch / f"{server.name}.json"
    locust = (
        f"{LOCUST} {server.user_class} --host http://127.0.0.1:{port} --headless "
        f"--users {load.users} --spawn-rate {spawn_rate(load.users)} "
        f"--run-time {load.total_seconds}s --loglevel WARNING --exit-code-on-error 0 "
        f"--html {shlex.quote(str(completions.with_suffix('.html')))} "
        f"--completions {shlex.quote(str(completions))}"
    )
    display.begin(server, command, locust)
    server_log, locust_log = scratch / f"{server.name}.log", scratch / "locust.log"
    with (
        processes.serving(server.name, command, port, server_log) as serving,
        processes.running(locust, locust_log) as running,
    ):
        start = time.monotonic()
        while running.poll() is None:
            processes.check_alive(serving, server.name, "in the middle of the run", server_log)
            elapsed = time.monotonic() - start
            if elapsed > load.total_seconds + processes.START_SECONDS:
                raise Fault("Locust does not come to its end", locust_log)
            display.advance(server, elapsed)
            time.sleep(0.1)
        if running.returncode != 0:
            raise Fault(f"Locust ended with status {running.returncode}", locust_log)
    try:
        recording = read_recording(completions)
        return evaluate(server, command, load.users, load.workers, load.seconds, recording)
    except TooFewAnswers as error:
        raise Fault(f"{server.name}: {error} in the steady part", server_log) from error


def read_recording(path: Path) -> Recording:
    data = json.loads(path.read_text())
    completions = tuple(Completion(*completion) for completion in data["completions"])
    return Recording(data["spawned"], data["stopping"], completions)
