"""What each command does, and main."""

import argparse
import math
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from rich.console import Console

from compare import processes
from compare.arguments import BY_DEFAULT, parse
from compare.check import is_ready
from compare.display import Display
from compare.experiment import (
    Load,
    calibrate,
    measure,
    measure_steps,
    start_lab,
    time_requests,
    watch,
)
from compare.figure import draw
from compare.measure import SHORTEST_STEADY_SECONDS
from compare.processes import Fault, Interrupted
from compare.report import (
    Comparison,
    Conditions,
    Data,
    Sweep,
    Timeline,
    from_json,
    sentences,
    steps_table,
    table,
    to_json,
    verdict,
)
from compare.servers import SERVERS, SETS, Server

COULD_NOT = 1
WIDEST_TABLE = 100  # columns; a narrower terminal wraps it, and nothing is cut off


@dataclass
class Work:
    """What all measurements have in common."""

    servers: list[Server]
    load: Load
    conditions: Conditions
    folder: Path
    scratch: Path
    display: Display

    def say(self, data: Data, guesses: dict[str, float] | None = None) -> None:
        """Print what was measured, between blank lines."""
        self.display.say()
        say(data, self.display, guesses)
        self.display.say()

    def finish(self, data: Data, name: str, reports: tuple[str, ...] = ()) -> None:
        """Save what was measured, with its pictures and reports, and say where they lie."""
        written = [write(self.folder / f"{name}.json", to_json(data))]
        for ending, svg in draw(data).items():
            written.append(write(self.folder / f"{name}{ending}.svg", svg))
        for report in reports:
            html = (self.scratch / f"{report}.html").read_text(encoding="utf-8")
            written.append(write(self.folder / f"{report}.html", html))
        for path in written:
            self.display.say(str(path))


@contextmanager
def working(options: argparse.Namespace, servers: list[Server], users: int) -> Iterator[Work]:
    """Look at all that can be wrong before anything is measured, and clean up afterwards."""
    seconds = getattr(options, "seconds", SHORTEST_STEADY_SECONDS)
    conditions = conditions_of(users, seconds, options.workers)
    folder = writable(options.output)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        Display(console_here(), [server.name for server in servers]) as display,
    ):
        computes = any(server.set == "busy" for server in servers)
        load = Load(
            users,
            seconds,
            options.workers,
            options.processes,
            options.port,
            calibrate(Path(scratch)) if computes else None,
        )
        yield Work(servers, load, conditions, folder, Path(scratch), display)


def run_comparison(options: argparse.Namespace) -> int:
    if options.list:
        return list_servers()
    servers = chosen(options)
    with working(options, servers, users_of(options, servers)) as work:
        compare_servers(work)
    return 0


def run_prediction(options: argparse.Namespace) -> int:
    if options.list:
        return list_servers()
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Fault("predict asks you, and so needs a terminal")
    servers = chosen(options)
    users = users_of(options, servers)
    guesses = {}
    for server in servers:
        print(f"{server.name}, {options.workers} workers, {users} users: {server.teaches}")
        guesses[server.name] = ask_for_number("  Your prediction, in requests/s: ")
    with working(options, servers, users) as work:
        comparison = compare_servers(work, guesses)
        work.display.say(verdict(comparison, guesses))
    return 0


def compare_servers(work: Work, guesses: dict[str, float] | None = None) -> Comparison:
    """Measure, print and save; what is finished also when something fails."""
    results, stop = [], None
    try:
        for server in work.servers:
            results.append(measure(server, work.load, work.scratch, work.display))
    except (Fault, Interrupted) as error:
        stop = error
    comparison = Comparison(work.conditions, tuple(results))
    with processes.signals.held():  # what is finished is printed and saved, whole
        if results:
            work.say(comparison, guesses)
        if not stop:
            work.finish(comparison, "comparison", tuple(each.name for each in results))
            return comparison
        partial = work.folder / "comparison.partial.json"
        if results or not partial.exists():
            try:
                work.display.say(str(write(partial, to_json(comparison))))
            except Fault as fault:
                work.display.say(str(fault))
    raise stop


def run_sweep(options: argparse.Namespace) -> int:
    servers = chosen(options)
    for server in servers:
        if server.set == "minimal":
            raise Fault(f"{server.name} has no ceiling, and so no knee: choose another")
    with working(options, servers, options.users) as work:
        steps = {
            server.name: measure_steps(server, work.load, work.scratch, work.display)
            for server in servers
        }
        sweep = Sweep(work.conditions, steps)
        work.say(sweep)
        work.finish(sweep, "sweep")
    return 0


def run_timeline(options: argparse.Namespace) -> int:
    servers = chosen(options)
    with working(options, servers, options.users) as work:
        requests = {
            server.name: time_requests(server, work.load, work.scratch, work.display)
            for server in servers
        }
        timeline = Timeline(work.conditions, requests)
        work.say(timeline)
        work.finish(timeline, "timeline")
    return 0


def run_lab(options: argparse.Namespace) -> int:
    servers = chosen(options)
    if len(servers) != 2:
        raise Fault("the lab shows two servers: name two different ones, or none")
    ports = (options.port, options.port + 1)
    if options.web_port in ports:
        raise Fault(f"port {options.web_port} is for a server: choose another with --web-port")
    for port, option in (*((port, "--port") for port in ports), (options.web_port, "--web-port")):
        processes.check_port(port, f"choose another with {option}")
    load = Load(options.users, 0, options.workers)
    print("Starting two servers and Locust…", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="compare-") as scratch,
        ExitStack() as stack,
        stopped_by_ctrl_c(),
    ):
        every = start_lab(
            stack, servers, ports, load, options.spawn_rate, options.web_port, Path(scratch)
        )
        print(invitation(servers, ports, options), flush=True)
        watch(every)
    print("Both servers and Locust are stopped.")
    return 0


@contextmanager
def stopped_by_ctrl_c() -> Iterator[None]:
    """Take Ctrl-C for the way out; other signals are interruptions still."""
    try:
        yield
    except Interrupted as interruption:
        if interruption.number != signal.SIGINT:
            raise


def invitation(servers: list[Server], ports: tuple[int, int], options: argparse.Namespace) -> str:
    """Return what to do with a lab that is open."""
    where = " and ".join(
        f"{server.name} on port {port}" for server, port in zip(servers, ports, strict=True)
    )
    page = f"http://127.0.0.1:{options.web_port}"
    return f"""
{where}, with {options.workers} workers each, are up.

Predict first: {options.users} users, half of them for each server. How many requests will each
answer in a second? How long will a user wait?

1. Open {page}
2. Scroll down, and press Start: {options.users} users, {options.spawn_rate} more each second.
3. Press "The lab: a line for each server", at the top of the page, and watch the two lines.

Then press Edit in Locust's page, and double the users. Which line changes?

Without Locust, twelve requests from your browser: {page}/lab/staircase

Ctrl-C ends everything.
"""


def show_file(options: argparse.Namespace) -> int:
    say(saved(options.file), Display(console_here(), []))
    return 0


def redraw_file(options: argparse.Namespace) -> int:
    data = saved(options.file)
    folder = writable(options.output or options.file.parent)
    for ending, svg in draw(data).items():
        print(write(folder / f"{options.file.stem}{ending}.svg", svg))
    return 0


def saved(path: Path) -> Data:
    """Return what a measurement wrote; raise Fault when it can't be read."""
    try:
        return from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Fault(f"can't read {path}: {error.strerror}") from error
    except ValueError as error:
        raise Fault(f"{path} can't be read: {error}") from error


def list_servers() -> int:
    for server in SERVERS:
        print(f"{server.name:24}{server.app:24}{server.teaches}")
    for each in SETS:
        names = ", ".join(server.name for server in SERVERS if server.set == each.name)
        print(f"{each.name:24}set of {names}; the knob is {each.knob}: {each.teaches}")
    return 0


def chosen(options: argparse.Namespace) -> list[Server]:
    """Return the servers that were asked for, each once."""
    known = {server.name: server for server in SERVERS}
    for name in options.servers:
        if name not in known:
            raise Fault(f"unknown server {name!r}: choose from {', '.join(known)}")
    of_set = getattr(options, "set", None) or ("waiting" if getattr(options, "all", 0) else None)
    if of_set and options.servers:
        raise Fault("name servers, or a set, but not both")
    if of_set:
        return [server for server in SERVERS if server.set == of_set]
    return [known[name] for name in dict.fromkeys(options.servers or BY_DEFAULT)]


def users_of(options: argparse.Namespace, servers: list[Server]) -> int:
    """Return the number of users: what was asked for, else what the servers' sets want."""
    sets = {server.set for server in servers}
    return options.users or max(each.users for each in SETS if each.name in sets)


def ask_for_number(question: str) -> float:
    while True:
        try:
            number = float(input(question).replace(",", "."))
        except ValueError:
            number = -1
        except EOFError as error:
            raise Fault("no prediction was made") from error
        if 0 <= number < math.inf:
            return number
        print("  A number, please, such as 4 or 12.5.")


def conditions_of(users: int, seconds: int, workers: int) -> Conditions:
    try:
        return Conditions.here_and_now(users, seconds, workers)
    except metadata.PackageNotFoundError as error:
        raise Fault(processes.missing(str(error.name))) from error


def writable(folder: Path) -> Path:
    """Return the folder, made if need be; raise Fault before anything is measured in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Fault(f"can't write to {folder}: {error.strerror}") from error


def console_here() -> Console:
    """Return a console in plain text where the output is no terminal, whatever is set."""
    terminal = sys.stdout.isatty()
    columns = shutil.get_terminal_size().columns if terminal else 0
    return Console(force_terminal=terminal, width=max(columns, WIDEST_TABLE))


def say(data: Data, display: Display, guesses: dict[str, float] | None = None) -> None:
    """Print what was measured."""
    if isinstance(data, Comparison):
        display.console.print(table(data, guesses))
        display.say()
        for sentence in sentences(data):
            display.say(sentence)
    elif isinstance(data, Sweep):
        display.console.print(steps_table(data))
    else:
        for name, times in data.requests.items():
            answered = " ".join(f"{done:.1f}" for done in sorted(done for _, done in times))
            display.say(f"{name:16}answered after {answered} s")


def write(path: Path, text: str) -> Path:
    """Write a file whole or not at all; raise Fault where that can't be done."""
    draft = path.with_suffix(".draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        return draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Fault(f"can't write {path}: {error.strerror}") from error


def check_machine(options: argparse.Namespace) -> int:
    return 0 if is_ready() else COULD_NOT


COMMANDS = {
    "run": run_comparison,
    "predict": run_prediction,
    "sweep": run_sweep,
    "timeline": run_timeline,
    "lab": run_lab,
    "show": show_file,
    "draw": redraw_file,
    "check": check_machine,
}


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    processes.signals.handle()
    try:
        status = COMMANDS[options.command](options)
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # `| head` has seen enough
        return COULD_NOT
    except Interrupted as interruption:
        print(f"compare: {interruption}", file=sys.stderr)
        return interruption.exit_status
    except Fault as fault:
        print(f"compare: {fault}", file=sys.stderr)
        for line in fault.tail:
            print(f"  log: {line}", file=sys.stderr)
        return COULD_NOT
    finally:
        processes.end_all()
