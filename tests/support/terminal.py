"""Types what a README says, in a copy of the repository and a network of its own."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from compare.check import lacking
from compare.processes import ROOT
from tests.network import Network
from tests.readme import Wrong, difference, stands_for, unmarked

from compare import processes

MARK = "\x1e"  # record separator: printed after each command, with its exit status
SHELL = ["bash", "--noprofile", "--norc", "-o", "pipefail", "-c"]
PATIENCE = 10.0
STOP_PATIENCE = 40.0  # gunicorn waits 30 s for a worker that missed the signal


class Terminal:
    """The terminals of one reader: each block in a new one, servers in others beside it."""

    def __init__(self, limit=30.0):
        self.limit = limit
        self.servers = {}
        self.absent = {}  # servers that could not be started, and why

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="w"))  # short: gunicorn's socket lies in HOME
        self.root = self.folder / "repository"
        ignored = shutil.ignore_patterns(".git", ".venv", "results", ".*_cache", "__pycache__")
        shutil.copytree(ROOT, self.root, ignore=ignored)
        if (ROOT / ".venv").exists():
            (self.root / ".venv").symlink_to(ROOT / ".venv")
        self.network = Network().__enter__()
        self.environment = {
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin",
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TERM": "dumb",
        }
        return self

    def __exit__(self, *_):
        for server in self.servers.values():
            server.kill()
        self.network.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, script, output):
        """Start a shell in this reader's surroundings."""
        command = [*shlex.split(self.network.prefix), *SHELL, script]
        return processes.start(command, output, cwd=self.root, env=self.environment)

    def lacks(self, step):
        """Return what to install before a step can be done, or None."""
        options = step.options
        needs = options.get("needs", "").split(",")
        if lack := next(filter(None, (lacking(tool) for tool in needs if tool)), ""):
            if "server" in options:
                self.absent[options["server"]] = lack
            return lack
        return self.absent.get(options.get("stop", options.get("log")))

    def fault(self, step):
        """Do what a step says, and return what is wrong with it, or None."""
        try:
            self.do(step)
        except Wrong as wrong:
            return str(wrong)
        return None

    def do(self, step):
        """Do what a step of a README says; raise Wrong when something else comes of it."""
        options = step.options
        if "exempt" in options or step.language == "mermaid":
            return
        if "file" in options or "excerpt" in options:
            self.compare_file(step)
        elif "server" in options:
            self.start_server(step)
        elif "log" in options:
            self.server(options["log"]).show(step.text.splitlines())
        elif "stop" in options:
            server = self.server(options["stop"])
            del self.servers[options["stop"]]
            server.stop(step.text.splitlines())
        elif "gone" in options:
            server = self.server(options["gone"])
            del self.servers[options["gone"]]
            server.be_gone()
        else:
            self.run(step)

    def server(self, port):
        if port not in self.servers:
            raise Wrong(f"no server of this README runs on {port}")
        return self.servers[port]

    def compare_file(self, step):
        name = step.options.get("file") or step.options["excerpt"]
        path = self.root / name
        if not path.is_file():
            raise Wrong(f"there is no {name}")
        text = path.read_bytes().decode()
        if "file" in step.options and text != step.text:
            raise Wrong("\n".join(difference(step.text.splitlines(), text.splitlines())))
        if "excerpt" in step.options and f"\n{step.text}" not in f"\n{text}":
            raise Wrong(f"not a run of the lines of {name}")

    def start_server(self, step):
        """Start what stays: a server on a port, or something with a name that listens nowhere."""
        name = step.options["server"]
        port = int(name) if name.isdigit() else None
        if port:
            self.network.need(port)
        if name in self.servers or (port and self.network.listens(port)):
            raise Wrong(f"{name} is taken by an earlier server: say where to stop it")
        [(command, shown)] = step.commands
        server = Server(self, self.typed(step, command))
        self.servers[name] = server
        server.begin(shown)
        deadline = time.monotonic() + PATIENCE
        there = self.network.listens if "unasked" in step.options else self.network.ask
        while port and not there(port):
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise Wrong(f"nobody answers on port {port}; it printed:\n{server.tail()}")
            time.sleep(0.05)
        server.seen = len(server.lines())  # without what our own request may have logged

    def typed(self, step, command):
        """Return what is run in place of a command that a step shows, or the command itself."""
        run = step.options.get("run", command)
        if run != command and not stands_for(self.expanded(command), run):
            raise Wrong(f"{command}\nis not what is run in its place: {run}")
        return run

    def run(self, step):
        """Run a block's commands in one shell, and compare what each prints and its status."""
        commands, shown = zip(*step.commands, strict=True)
        typed = commands
        if "run" in step.options:
            typed = [self.typed(step, commands[0])]
        script = "\n".join(f"{command}\nprintf '\\n{MARK}%s\\n' $?" for command in typed)
        limit = float(step.options.get("limit", self.limit))
        with tempfile.TemporaryFile() as output:
            process = self.start(script, output)
            try:
                process.wait(limit)
            except subprocess.TimeoutExpired:
                raise Wrong(
                    f"not done within {limit:.0f} s: is it a server? then annotate it"
                ) from None
            finally:
                processes.end(process)
            output.seek(0)
            printed = output.read().decode(errors="replace")
        *parts, _ = printed.split(MARK)
        if len(parts) != len(typed):
            raise Wrong(f"the shell ended early; it printed:\n{printed}")
        statuses = [int(part.split("\n")[0]) for part in printed.split(MARK)[1:]]
        texts = [parts[0], *(part.partition("\n")[2] for part in parts[1:])]
        wanted = [0] * (len(typed) - 1) + [int(step.options.get("status", 0))]
        tolerance = tolerance_of(step.options)
        for command, status, want, show, text in zip(
            typed, statuses, wanted, shown, texts, strict=True
        ):
            lines = text.removesuffix("\n").splitlines()
            if "ratios" in step.options:
                lines = unmarked(lines)
            where = step.line + 1 + step.text[: step.text.find(f"$ {command[:20]}")].count("\n")
            if status != want:
                raise Wrong(
                    f"line {where}: {command}\nexit status {status}, not {want}; it printed:\n{text}"
                )
            if told := difference(show, lines, **tolerance):
                raise Wrong("\n".join([f"line {where}: {command}", *told]))

    def expanded(self, command):
        """Return what make would run, or the command itself."""
        if not command.startswith("make "):
            return command
        done = subprocess.run(
            [*SHELL, f"make --dry-run --assume-old=.venv/installed VENV=.venv {command[5:]}"],
            cwd=self.root,
            env=self.environment,  # without what a make around us would pass on
            check=False,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip().splitlines()[-1].replace(".venv/bin/", "")


class Server:
    """A server that stays, in a terminal of its own."""

    def __init__(self, terminal, command):
        descriptor, name = tempfile.mkstemp(dir=terminal.folder)
        self.path = Path(name)
        with os.fdopen(descriptor, "wb") as output:
            self.process = terminal.start(command, output)
        self.seen = 0

    def lines(self):
        return self.path.read_text(errors="replace").splitlines()

    def tail(self):
        return "\n".join(self.lines()[-10:])

    def begin(self, shown):
        """Wait until what is shown has been printed first."""

        def told():
            lines = self.lines()
            for count in range(len(shown) - shown.count("..."), len(lines) + 1):
                if not difference(shown, lines[:count]):
                    self.seen = count
                    return []
            return difference([*shown, "..."], lines)

        self.wait(told)

    def show(self, shown):
        """Wait until exactly what is shown has been printed since the last look."""
        self.wait(lambda: difference(shown, self.lines()[self.seen :]))
        self.seen = len(self.lines())

    def stop(self, shown):
        """Press Ctrl-C, and wait until the server has ended."""
        if self.process.poll() is not None:
            raise Wrong(f"it had ended before Ctrl-C; it printed:\n{self.tail()}")
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it does not end on Ctrl-C within {STOP_PATIENCE:.0f} s") from None
        finally:
            self.kill()
        if self.process.returncode not in (0, -signal.SIGINT, 128 + signal.SIGINT):
            raise Wrong(f"it ended with status {self.process.returncode}:\n{self.tail()}")
        if shown:
            self.show(shown[1:])

    def be_gone(self):
        """Wait until the server has ended by itself."""
        try:
            self.process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            raise Wrong(f"it has not ended by itself within {STOP_PATIENCE:.0f} s") from None
        finally:
            self.kill()

    def kill(self):
        processes.end(self.process)

    def wait(self, told):
        deadline = time.monotonic() + PATIENCE
        while lines := told():
            if time.monotonic() > deadline:
                raise Wrong("\n".join(lines))
            time.sleep(0.05)


def tolerance_of(options):
    """Return the tolerance that an annotation names, as arguments of difference()."""
    if "within" not in options:
        return {}
    ratios = options.get("ratios")
    return {
        "within": float(options["within"].rstrip("%")) / 100,
        "ratios": tuple(map(float, ratios.split(".."))) if ratios else None,
    }
