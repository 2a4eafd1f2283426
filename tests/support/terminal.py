"""Types what a README says, in a copy of the repository and a network of its own."""

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.edges.processes import ROOT, wait_until
from instrument.edges.tools import lacking
from tests.support.commands import copy_repository, run
from tests.support.machine import again_while_busy
from tests.support.network import networked
from tests.support.readme import Edit, PageError, difference, edits_of, ends, stands_for, unmarked

MARK = "\x1e"  # record separator: printed after each command, with its exit status
SHELL = ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c"]
PATIENCE = processes.START_SECONDS
LIMIT = 30  # seconds for a block
STOP_PATIENCE = 40.0  # gunicorn waits 30 s for a worker that missed the signal


@contextmanager
def reader(takes_turn=True, name="repository"):
    """Open the terminals of one reader, and end what still runs in them."""
    with (
        tempfile.TemporaryDirectory(prefix="w", ignore_cleanup_errors=True) as folder,
        networked(takes_turn) as network,
    ):
        terminal = Terminal(Path(folder), network, name)
        try:
            yield terminal
        finally:
            for server in terminal.servers.values():
                processes.end(server.process)


class Terminal:
    """The terminals of one reader: each block in a new one, servers in others beside it."""

    def __init__(self, folder, network, name):
        self.folder, self.network = folder, network
        self.servers = {}
        self.absent = {}  # servers that could not be started, and why
        self.root = folder / name
        copy_repository(self.root)
        if (ROOT / ".venv").exists():
            (self.root / ".venv").symlink_to(ROOT / ".venv")
        self.environment = {
            "HOME": str(folder),  # its name is short, since gunicorn's socket lies there
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TERM": "dumb",
        }

    def start(self, script, output):
        """Start a shell in this reader's surroundings."""
        command = [*self.network.prefix, *SHELL, script]
        return processes.start(command, output, cwd=self.root, env=self.environment)

    def lacks(self, step):
        """Return what a step needs, a newer Python or something to install, or None."""
        options = step.options
        newer = options.get("python", "3.11")
        if sys.version_info < tuple(map(int, newer.split("."))):
            return f"for Python {newer} or newer"
        needs = options.get("needs", "").split(",")
        if lack := next(filter(None, (lacking(tool) for tool in needs if tool)), ""):
            if "server" in options:
                self.absent[options["server"]] = lack
            return lack
        return self.absent.get(options.get("stop", options.get("gone", options.get("log"))))

    def do(self, step):
        """Do what a step of a README says; raise PageError when something else comes of it."""
        options = step.options
        if {"exempt", "anew"} & set(options):
            return
        if "file" in options or "excerpt" in options:
            self.compare_file(step)
        elif "server" in options:
            self.start_server(step)
        elif "log" in options:
            shown, tolerance = step.text.splitlines(), tolerance_of(options)
            self.server(options["log"]).show(shown, step.line + 1, **tolerance)
        elif "stop" in options:
            server = self.server(options["stop"])
            del self.servers[options["stop"]]
            server.stop()
            if step.text:
                _, *shown = step.text.splitlines()  # without ^C
                server.show(shown, step.line + 2)
        elif "gone" in options:
            server = self.server(options["gone"])
            del self.servers[options["gone"]]
            server.be_gone()
        elif "within" in options:
            again_while_busy(lambda: self.run_block(step), PageError)
        else:
            self.run_block(step)

    def server(self, name):
        if name not in self.servers:
            raise PageError(f"no server of this README runs on {name}")
        return self.servers[name]

    def compare_file(self, step):
        name = step.options.get("file") or step.options["excerpt"]
        path = self.root / name
        if not path.is_file():
            raise PageError(f"there is no {name}")
        text = path.read_bytes().decode()
        if "file" in step.options and text != step.text:
            shown, there = step.text.splitlines(), text.splitlines()
            edit = Edit(step.line + 1, len(shown), there)
            raise PageError("\n".join(difference(shown, there)), edit)
        if "excerpt" in step.options and f"\n{step.text}" not in f"\n{text}":
            raise PageError(f"not a run of the lines of {name}")

    def start_server(self, step):
        """Start what stays: a server on a port, or something with a name that listens nowhere."""
        name = step.options["server"]
        port = int(name) if name.isdigit() else None
        taken = f"{name} is taken by an earlier server: say where to stop it"
        if name in self.servers:
            raise PageError(taken)
        if port and self.network.listens(port):
            raise PageError(taken)
        [command] = step.commands
        server = Staying(self, self.typed(step, command.text))
        self.servers[name] = server
        server.begin(command.shown)
        if port:
            there = self.network.listens if "unasked" in step.options else self.network.ask
            told = [f"nobody answers on port {port}"]
            server.wait(lambda: [] if there(port) else told, server.process)
        server.seen = len(server.lines())  # without what our own request may have logged

    def typed(self, step, command):
        """Return what is run in place of a command that a step shows, or the command itself."""
        run = step.options.get("run", command)
        if run != command and not stands_for(self.expanded(command), run):
            raise PageError(f"{command}\nis not what is run in its place: {run}")
        return run

    def run_block(self, step):
        """Run a block's commands in one shell, and compare what each prints and its status."""
        commands = step.commands
        typed = [self.typed(step, command.text) for command in commands]
        results = self.results(typed, float(step.options.get("limit", LIMIT)))
        tolerance = tolerance_of(step.options)
        told, edits, left = [], [], []
        for number, (command, (printed, status)) in enumerate(zip(commands, results, strict=True)):
            wanted = int(step.options.get("status", 0)) if number + 1 == len(commands) else 0
            lines = unmarked(printed) if "ratios" in step.options else printed
            where = f"line {command.line - 1}: {command.text}"
            if status != wanted:
                text = "\n".join(printed)
                raise PageError(f"{where}\nexit status {status}, not {wanted}; it printed:\n{text}")
            if differing := difference(command.shown, lines, **tolerance):
                told += [where, *differing]
                right = edits_of(command.shown, lines, command.line, **tolerance)
                edits += right
                left += [] if right else [where, *differing]
        if told:
            raise PageError("\n".join(told), *edits, left="\n".join(left))

    def results(self, typed, limit):
        """Return what each command prints, as lines, and its exit status."""
        script = "\n".join(f"{command}\nprintf '\\n{MARK}%s\\n' $?" for command in typed)
        with tempfile.TemporaryFile() as output:
            process = self.start(script, output)
            try:
                wait_until(lambda: process.poll() is not None, seconds=limit)
            except InstrumentError:
                told = f"not done within {limit:.0f} s: is it a server? then annotate it"
                raise PageError(told) from None
            finally:
                processes.end(process)
            output.seek(0)
            text = output.read().decode(errors="replace")
        first, *others = text.split(MARK)
        if len(others) != len(typed):
            raise PageError(f"the shell ended early; it printed:\n{text}")
        statuses, rest = zip(*(other.split("\n", 1) for other in others), strict=True)
        printed = [each.removesuffix("\n").splitlines() for each in (first, *rest[:-1])]
        return zip(printed, map(int, statuses), strict=True)

    def expanded(self, command):
        """Return what make would run, or the command itself."""
        if not command.startswith("make "):
            return command
        make = f"make --dry-run --assume-old=.venv/installed VENV=.venv {command[5:]}"
        # in an environment without what a make around us would pass on
        done = run(*SHELL, make, cwd=self.root, env=self.environment)
        return done.stdout.strip().splitlines()[-1].replace(".venv/bin/", "")


class Staying:
    """A command that stays, as servers do, in a terminal of its own."""

    def __init__(self, terminal, command):
        descriptor, name = tempfile.mkstemp(dir=terminal.folder)
        self.path = Path(name)
        with os.fdopen(descriptor, "wb") as output:
            self.process = terminal.start(command, output)
        self.seen = 0

    def lines(self):
        return self.path.read_text(encoding="utf-8", errors="replace").splitlines()

    def tail(self):
        return "\n".join(self.lines()[-10:])

    def begin(self, shown):
        """Wait until what is shown has been printed first."""

        def told():
            lines = self.lines()
            return [] if ends(shown, lines) else difference([*shown, "..."], lines)

        self.wait(told)

    def show(self, shown, first, **tolerance):
        """Wait until exactly what is shown has been printed since the last look."""

        def told():
            return difference(shown, self.lines()[self.seen :], **tolerance)

        try:
            self.wait(told)
        except PageError as wrong:
            edits = edits_of(shown, self.lines()[self.seen :], first, **tolerance)
            raise PageError(str(wrong), *edits) from None
        finally:
            self.seen = len(self.lines())

    def stop(self):
        """Press Ctrl-C, and wait until it has ended."""
        if self.process.poll() is not None:
            raise PageError(f"it had ended before Ctrl-C; it printed:\n{self.tail()}")
        os.killpg(self.process.pid, signal.SIGINT)
        self.be_gone(f"it does not end on Ctrl-C within {STOP_PATIENCE:.0f} s")
        if self.process.returncode not in (0, -signal.SIGINT, 128 + signal.SIGINT):
            raise PageError(f"it ended with status {self.process.returncode}:\n{self.tail()}")

    def be_gone(self, otherwise=None):
        """Wait until it has ended by itself."""
        try:
            wait_until(lambda: self.process.poll() is not None, seconds=STOP_PATIENCE)
        except InstrumentError:
            told = otherwise or f"it has not ended by itself within {STOP_PATIENCE:.0f} s"
            raise PageError(told) from None
        finally:
            processes.end(self.process)

    def wait(self, told, process=None):
        """Wait until nothing is told any more; raise PageError with what is told at last.

        That is when it takes too long, or the process has ended.
        """
        last = []

        def is_well():
            last[:] = told()
            return not last

        try:
            wait_until(is_well, process, seconds=PATIENCE)
        except InstrumentError:
            raise PageError("\n".join([*last, "it printed at last:", self.tail()])) from None


def tolerance_of(options):
    """Return the tolerance that an annotation names, as arguments of difference()."""
    within, ratios = options.get("within"), options.get("ratios")
    if within is None:
        return {}
    if within.endswith("s"):
        return {"seconds": float(within.rstrip("s"))}
    return {
        "within": float(within.rstrip("%")) / 100,
        "ratios": tuple(map(float, ratios.split(".."))) if ratios else None,
    }
