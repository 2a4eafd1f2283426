"""The book of the READMEs: python -m book build, or python -m book read [--port PORT]."""

import argparse
import errno
import os
import subprocess
import sys
import threading
import webbrowser
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import watchfiles

from command_line import port, run

HERE = Path(__file__).parent
ROOT = HERE.parent
BUILT = ROOT / "results/book"
DOCTREES = ROOT / "results/doctrees"  # what Sphinx has read, which nobody wants to copy
SOURCES = (".md", ".svg", ".png", ".css", ".js", ".html")
SPHINX = [sys.executable, "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going"]


def build() -> int:
    """Write every page, since each shows what others say; return the exit status."""
    command = [*SPHINX, "--write-all", *map(str, ("-d", DOCTREES, "-c", HERE, ROOT, BUILT))]
    done = subprocess.run(command, check=False, start_new_session=True)  # out of Ctrl-C's reach
    return done.returncode


def read(wanted: int) -> int | None:
    """Build and serve the book, and build it again whenever one of its files changes."""
    try:
        server = page_server(BUILT, wanted)  # from now on a browser waits, however early it asks
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"can't be had: {error.strerror}"
        sys.exit(f"book: port {wanted} {why}; name another one: --port {wanted + 1}")
    with server:
        if (status := build()) and not (BUILT / "index.html").exists():
            return status
        folders = {path.parent for path in [*ROOT.glob("*/*.md"), *HERE.glob("*/*")]} | {ROOT}
        every_change = watchfiles.watch(
            *folders,
            watch_filter=lambda _, path: path.endswith(SOURCES),
            recursive=False,
            rust_timeout=500,
            yield_on_timeout=True,
        )
        first = next(every_change)  # nothing, or what has changed while the watch began
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{wanted}"
        print(f"The book is at {address}, until you press Ctrl-C.", flush=True)
        if sys.platform == "darwin" or {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
            webbrowser.open_new_tab(address)
        for changes in chain([first], every_change):
            if changes:
                names = sorted(str(Path(path).relative_to(ROOT)) for _, path in changes)
                print(f"{', '.join(names)}: building again", flush=True)
                build()
    return None


def page_server(folder: Path, wanted: int) -> ThreadingHTTPServer:
    return QuietServer(("127.0.0.1", wanted), partial(QuietPages, directory=folder))


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a browser that breaks off."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class QuietPages(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Leave the terminal to what changes."""


def main() -> int | None:
    parser = argparse.ArgumentParser(prog="book", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="write it to results/book/")
    reading = commands.add_parser("read", help="build it, serve it and open it")
    reading.add_argument("--port", type=port, default=8088, help="of its address (default: 8088)")
    options = parser.parse_args()
    if not find_spec("furo"):
        sys.exit("book: its packages are missing: pip install -r book/requirements.txt")
    with suppress(KeyboardInterrupt):
        return build() if options.command == "build" else read(options.port)
    return None


if __name__ == "__main__":
    sys.exit(run(main, "book"))
