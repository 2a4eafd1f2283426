"""A server under the load of Locust, and what was recorded."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen

from command_line import too_few_files
from instrument.arithmetic.measure import Completion, Recording, ceiling_of, merge
from instrument.edges import processes, signals
from instrument.edges.cpus import usable_cpus
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError
from instrument.load.calibration import calibrate
from instrument.load.conditions import Conditions
from instrument.load.others import Clock, between, clock, cost_of_each, share_of_others
from instrument.servers import Subject, Work

FILES_OF_LOCUST = 100  # at most, beside its connections; a server opens less
ABOUT_CPU_SECONDS = 0.025  # for a request to busy_app: enough to say how long all takes
AROUND_SECONDS = 2  # about: to start a server, and until Locust has ended


@dataclass(frozen=True)
class Plan:
    """How each subject is asked, and with how many processes it answers."""

    users: int  # of a sweep: in its last step
    seconds: int  # of the steady part
    workers: int
    processes: int = 1  # of Locust
    port: int | None = None  # None: a free one
    requests: int = 0  # in place of users, where the same are sent whatever is answered
    cpu_seconds: float = ABOUT_CPU_SECONDS  # that busy_app computes for, until it is calibrated

    def ceiling(self, subject: Subject, users: int) -> float | None:
        return ceiling_of(subject, users, self.workers, usable_cpus(), self.cpu_seconds)


@dataclass(frozen=True)
class Bench:
    """What all measurements work with."""

    subjects: list[Subject]
    plan: Plan
    conditions: Conditions
    folder: Path  # where results are saved
    scratch: Path
    display: Display
    each_second: Callable[[int], None] | None = None  # is given the id of the server's process

    def say_how_long(self, seconds: Callable[[Plan, Subject], float]) -> None:
        """Say how long all subjects take together, given how long each is asked."""
        total = sum(seconds(self.plan, subject) + AROUND_SECONDS for subject in self.subjects)
        self.display.say_how_long(total)

    def calibrated(self, subject: Subject) -> Plan:
        """Return the plan; for a subject that computes measured anew, since CPUs change their speed."""
        if subject.work is not Work.COMPUTE:
            return self.plan
        return replace(self.plan, cpu_seconds=calibrate(self.scratch))

    def command(self, subject: Subject) -> tuple[int, list[str]]:
        """Return a port, and the command that starts a subject there."""
        port = self.plan.port or processes.free_port()
        return port, subject.command(port, self.plan.workers)

    def log(self, subject: Subject) -> Path:
        return self.scratch / f"{subject.name}.log"

    def started(
        self, subject: Subject, command: Sequence[str], port: int
    ) -> AbstractContextManager[Popen[bytes]]:
        """Start a subject, and stop it at once, since nobody waits for what it still answers."""
        booted, workers = subject.server.booted, self.plan.workers
        log = self.log(subject)
        return processes.serving(subject.name, command, port, log, booted, workers, grace=0)


def allow_connections(users: int) -> None:
    """Raise InstrumentError where one process may not hold the connections of all users."""
    if told := too_few_files(users, FILES_OF_LOCUST):
        raise InstrumentError(told)


def put_load(
    bench: Bench, subject: Subject, seconds: float, arguments: Sequence[str], *locustfiles: str
) -> tuple[list[str], Recording]:
    """Start a subject, run Locust to its end, stop both; return the command and the recording.

    It takes about so many seconds. Locust gets the arguments, and the locustfiles of
    instrument/locustfiles/ beside the shared one. Raises InstrumentError when one of them fails.
    """
    port, command = bench.command(subject)
    completions, server_is_up = (bench.scratch / f"{subject.name}{end}" for end in (".json", ".up"))
    locust = locust_command(bench.plan, subject, port, locustfiles, *arguments)
    locust += ["--wait-for", str(server_is_up), "--completions", str(completions)]
    for earlier in (server_is_up, *recordings_at(completions)):
        earlier.unlink(missing_ok=True)  # of a measurement that is taken again
    bench.display.begin(subject.name, seconds, command, locust)
    sleeper = [sys.executable, "-S", "instrument/load/lateness.py"]
    log, sleeper_log = bench.scratch / "locust.log", bench.scratch / "lateness.log"
    with (
        processes.running(sleeper, sleeper_log),
        processes.running(locust, log) as generator,  # loads while the server starts
        bench.started(subject, command, port) as server,
    ):
        server_is_up.touch()
        clocks: list[Clock] = []
        for _ in looks(bench.display, generator, log, seconds):
            when = "in the middle of the run"
            processes.check_alive(server, subject.name, when, bench.log(subject))
            clocks.append(clock(server.pid, generator.pid))
            if bench.each_second:
                bench.each_second(server.pid)
    recording = merge(read_recordings(completions))
    return command, seen_from_outside(recording, clocks, sleeper_log)


def locust_command(
    plan: Plan, subject: Subject, port: int, locustfiles: Sequence[str], *arguments: str
) -> list[str]:
    files = ["locustfile.py"]
    files += [f"instrument/locustfiles/{name}.py" for name in ("recorder", *locustfiles)]
    command = ["locust", "--locustfile", ",".join(files), subject.user_class]
    command += ["--host", f"http://127.0.0.1:{port}", "--headless", *arguments]
    command += ["--loglevel", "WARNING", "--exit-code-on-error", "0"]
    if subject.path != "/":
        command += ["--path", subject.path]
    if plan.processes > 1:
        meet = str(processes.free_port())  # of master and workers; two runs may be under way
        command += ["--processes", str(plan.processes), "--master-bind-host", "127.0.0.1"]
        command += ["--master-bind-port", meet, "--master-port", meet]
    return command


def looks(
    display: Display, locust: Popen[bytes], log: Path, seconds: float, every: float = 1
) -> Iterator[None]:
    """Yield every so many seconds while Locust runs, and once more when it has ended.

    Raises InstrumentError when it fails, or takes much longer than `seconds`.
    """
    start, count = time.monotonic(), 0
    while locust.poll() is None:
        signals.check()
        elapsed = time.monotonic() - start
        if elapsed > 2 * seconds + processes.START_SECONDS:
            raise InstrumentError("Locust did not end in time", log)
        display.advance(elapsed)
        if elapsed >= count * every:
            count += 1
            yield
        time.sleep(0.1)
    if locust.returncode != 0:
        raise InstrumentError(f"Locust ended with status {locust.returncode}", log)
    yield


def seen_from_outside(recording: Recording, clocks: list[Clock], sleeper_log: Path) -> Recording:
    """Return a recording with what was seen from outside of Locust."""
    start, end = recording.spawned, recording.stopping
    times = [each.at for each in recording.completions]
    server, locust = cost_of_each(between(clocks, start, end), times) or (0.0, 0.0)
    return replace(
        recording,
        other_cpu=share_of_others(clocks, start, end),
        server_ms=server,
        locust_ms=locust,
        machine_late=read_lateness(sleeper_log.read_text(encoding="utf-8")),
    )


def read_lateness(printed: str) -> list[list[float]]:
    """Return what instrument/load/lateness.py printed, but for a line that it could not finish."""
    lines = [line for line in printed.splitlines(keepends=True) if line.endswith("\n")]
    return [[float(word) for word in line.split()] for line in lines]


def recordings_at(path: Path) -> list[Path]:
    """Return the files that are there: one, or a numbered one of each of Locust's processes."""
    return [*path.parent.glob(path.name), *path.parent.glob(f"{path.stem}.[0-9]*.json")]


def read_recordings(path: Path) -> list[Recording]:
    """Return what each of Locust's processes wrote: one file, or one for each of them."""
    every = [json.loads(each.read_text(encoding="utf-8")) for each in recordings_at(path)]
    if not every:
        raise InstrumentError("Locust has recorded nothing")
    users = [each for each in every if each["completions"]] or every
    if any(each["spawned"] is None or each["stopping"] is None for each in users):
        raise InstrumentError("Locust was stopped before all users had been spawned")
    for each in users:
        each["completions"] = tuple(Completion(*one) for one in each["completions"])
    return [Recording(**each) for each in users]
