"""The measurements: a server, the load on it, and what was recorded."""

import http.client
import json
import os
import shlex
import statistics
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from compare import processes
from compare.display import Display
from compare.measure import (
    Completion,
    Recording,
    Result,
    Steady,
    TooFewAnswers,
    ceiling_of,
    evaluate,
    evaluate_run,
    load_seconds,
    spawn_rate,
    sweep_seconds,
)
from compare.processes import Fault
from compare.servers import Server

CALIBRATION = """
import time
from wsgi.busy_app import work
times = []
for _ in range(40):
    start = time.perf_counter()
    work()
    times.append(time.perf_counter() - start)
print(*times)
"""


@dataclass(frozen=True)
class Load:
    """How each server is asked, and with how many processes it answers."""

    users: int  # of a sweep: in its last step
    seconds: int  # of the steady part
    workers: int
    processes: int = 1  # of Locust
    port: int | None = None  # None: a free one
    cpu_seconds: float | None = None  # that busy_app computes for, as calibrated

    def ceiling(self, server: Server, users: int) -> float | None:
        cpus = os.cpu_count() or 1
        return ceiling_of(server, users, self.workers, cpus, self.cpu_seconds)


@dataclass(frozen=True)
class Started:
    """A process that runs, and where it writes what happens."""

    name: str
    process: subprocess.Popen
    log: Path


def calibrate(scratch: Path) -> float:
    """Return for how many seconds busy_app computes while all CPUs do the same, in the median.

    Two CPUs may be one core's two threads, and slower together than each alone.
    """
    command = shlex.join([sys.executable, "-c", CALIBRATION])
    logs = [scratch / f"calibration.{cpu}.log" for cpu in range(os.cpu_count() or 1)]
    with ExitStack() as stack:
        every = [stack.enter_context(processes.running(command, log)) for log in logs]
        for each in every:
            each.wait()
    return statistics.median(float(word) for log in logs for word in log.read_text().split())


def measure(server: Server, load: Load, scratch: Path, display: Display) -> Result:
    """Start a server, put load on it, stop it, and return what the steady part says.

    Locust's report stays in the scratch folder as NAME.html.
    Raises Fault when the server or Locust fails, or too few requests are answered.
    """
    ceiling = load.ceiling(server, load.users)
    total = load_seconds(load.users, load.seconds, ceiling)
    arguments = (
        f"--users {load.users} --spawn-rate {spawn_rate(load.users)} --run-time {total}s "
        f"--html {shlex.quote(str(scratch / server.name))}.html"
    )
    command, recording = put_load(server, load, "", arguments, total, scratch, display)
    try:
        steady = evaluate_run(recording, load.seconds, load.users, ceiling)
    except TooFewAnswers as error:
        log = scratch / f"{server.name}.log"
        raise Fault(f"{server.name}: {error} in the steady part", log) from error
    if steady.steady_seconds < load.seconds:
        raise Fault(f"Locust stopped {load.seconds - steady.steady_seconds:.0f} s too early")
    return Result(
        name=server.name,
        interface=server.interface,
        app=server.app,
        command=command,
        workers=load.workers,
        locust_cpu=round(recording.locust_cpu, 3),
        machine_cpu=round(recording.machine_cpu, 3),
        **asdict(steady),
    )


def measure_steps(
    server: Server, load: Load, scratch: Path, display: Display
) -> tuple[Steady, ...]:
    """Return what was measured at 1, 2, 4, … users, in one run of Locust; raise Fault."""
    marks = scratch / f"{server.name}.marks.json"
    arguments = f"--highest {load.users} --marks {shlex.quote(str(marks))}"
    total = sweep_seconds(load.users, lambda users: load.ceiling(server, users))
    _, recording = put_load(server, load, ",compare/steps.py", arguments, total, scratch, display)
    steps = []
    for mark in json.loads(marks.read_text()):
        ceiling = load.ceiling(server, mark["users"])
        step = mark["start"], mark["end"], mark["users"]
        steps.append(evaluate(recording.completions, *step, ceiling))
    return tuple(steps)


def put_load(
    server: Server,
    load: Load,
    shape: str,
    arguments: str,
    total_seconds: float,
    scratch: Path,
    display: Display,
) -> tuple[str, Recording]:
    """Start a server, run Locust to its end, stop both; return the command and the recording."""
    port = load.port or processes.free_port()
    command = server.command(port, load.workers)
    completions = scratch / f"{server.name}.json"
    locust = (
        f"locust --locustfile locustfile.py,compare/recorder.py{shape} {server.user_class} "
        f"--host http://127.0.0.1:{port} --headless {arguments} "
        f"--loglevel WARNING --exit-code-on-error 0 --completions {shlex.quote(str(completions))}"
    )
    if load.processes > 1:
        locust += f" --processes {load.processes} --master-bind-host 127.0.0.1"
    display.begin(server.name, total_seconds, command, locust)
    server_log, locust_log = scratch / f"{server.name}.log", scratch / "locust.log"
    with (
        processes.serving(server.name, command, port, server_log) as serving,
        processes.running(locust, locust_log) as running,
    ):
        start = time.monotonic()
        while running.poll() is None:
            processes.check_alive(serving, server.name, "in the middle of the run", server_log)
            elapsed = time.monotonic() - start
            if elapsed > 2 * total_seconds + processes.START_SECONDS:
                raise Fault("Locust does not come to its end", locust_log)
            display.advance(elapsed)
            time.sleep(0.1)
        if running.returncode != 0:
            raise Fault(f"Locust ended with status {running.returncode}", locust_log)
    return command, read_recording(completions)


def read_recording(path: Path) -> Recording:
    """Return what Locust's processes wrote, merged: one file, or one for each of them."""
    every = [json.loads(each.read_text()) for each in path.parent.glob(f"{path.stem}.[0-9]*.json")]
    users = [each for each in every if each["completions"]] or [json.loads(path.read_text())]
    if any(len(each["cpu"]) != 2 for each in users):
        raise Fault("Locust was stopped before all users had been spawned")
    total, busy, own = 0.0, 0.0, 0.0
    for each in users:
        (total_before, busy_before, own_before), (total_after, busy_after, own_after) = each["cpu"]
        total, busy = total_after - total_before, busy_after - busy_before
        own += own_after - own_before
    seconds = min(each["stopping"] - each["spawned"] for each in users) or 1
    return Recording(
        spawned=max(each["spawned"] for each in users),
        stopping=min(each["stopping"] for each in users),
        completions=tuple(
            sorted(
                (Completion(*completion) for each in users for completion in each["completions"]),
                key=lambda completion: completion.at,
            )
        ),
        locust_cpu=own / seconds / len(users),
        machine_cpu=busy / total if total else 0,
    )


def time_requests(
    server: Server, load: Load, scratch: Path, display: Display
) -> list[tuple[float, float]]:
    """Send `users` requests at the same moment; return when each was sent and answered, in s.

    Raises Fault when one of them is not answered with 200.
    """
    port = load.port or processes.free_port()
    command = server.command(port, load.workers)
    display.begin(server.name, load.users / (load.ceiling(server, load.users) or 1), command)
    log = scratch / f"{server.name}.log"
    moment = threading.Barrier(load.users, timeout=30)
    times: list[tuple[float, float]] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        with (
            suppress(OSError, http.client.HTTPException, threading.BrokenBarrierError),
            closing(connection),
        ):
            connection.connect()
            moment.wait()
            sent = time.monotonic()
            connection.request("GET", "/")
            if connection.getresponse().status == 200:
                times.append((sent, time.monotonic()))

    with processes.serving(server.name, command, port, log):
        users = [threading.Thread(target=ask, daemon=True) for _ in range(load.users)]
        for user in users:
            user.start()
        for user in users:
            user.join()
    if len(times) != load.users:
        raise Fault(f"{server.name}: {load.users - len(times)} requests were not answered", log)
    first = min(sent for sent, _ in times)
    by_answer = sorted(times, key=lambda request: request[1])
    return [(round(sent - first, 4), round(done - first, 4)) for sent, done in by_answer]


def start_lab(
    stack: ExitStack,
    servers: list[Server],
    ports: tuple[int, int],
    load: Load,
    spawn_rate: int,
    web_port: int,
    scratch: Path,
) -> list[Started]:
    """Start two servers and Locust's page, which the stack ends, and return them; raise Fault."""
    pairs = ",".join(f"{server.name}={port}" for server, port in zip(servers, ports, strict=True))
    locust = (
        "locust --locustfile compare/lab.py,locustfile.py "
        f"--web-host 127.0.0.1 --web-port {web_port} --users {load.users} "
        f"--spawn-rate {spawn_rate} --servers {pairs} --server-workers {load.workers}"
    )
    commands = {
        **{
            server.name: (server.command(port, load.workers), port)
            for server, port in zip(servers, ports, strict=True)
        },
        "Locust": (locust, web_port),
    }
    every = []
    for name, (command, port) in commands.items():
        log = scratch / f"{name}.log"
        process = stack.enter_context(processes.serving(name, command, port, log))
        every.append(Started(name, process, log))
    return every


def watch(every: list[Started]) -> None:
    """Wait for Ctrl-C; say which server ends before it, and raise Fault when Locust does."""
    *servers, locust = every
    while True:
        processes.check_alive(locust.process, locust.name, "before it was stopped", locust.log)
        for each in servers:
            try:
                processes.check_alive(each.process, each.name, "before it was stopped", each.log)
            except Fault as fault:
                print(f"{fault}: to have it back, press Ctrl-C and open the lab again", flush=True)
                servers.remove(each)
                break
        time.sleep(0.2)
