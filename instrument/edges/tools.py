"""Programs beside the Python packages: where they are, and what installs one that is lacking.

python -m instrument.edges.tools   prints the Debian packages that this machine lacks: .ci/install asks.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from ctypes import CDLL
from functools import cache
from glob import glob
from importlib.util import find_spec
from pathlib import Path

from instrument.edges.errors import PIP_INSTALL, not_installed

DEBIAN = {  # Debian's, which bring what the chapters type
    "curl": "curl",
    "ss": "iproute2",
    "ps": "procps",
    "pgrep": "procps",
    "diff": "diffutils",
    "taskset": "util-linux",
    "openssl": "openssl",
    "nginx": "nginx-light",
    "h2load": "nghttp2-client",
}
FOR_TESTS = {  # and what only the tests need
    "make": "make",
    "unshare": "util-linux",
    "chromium": "chromium",
    "initdb": "postgresql",
}
LIBRARIES = {"libatomic.so.1": "libatomic1"}  # of the browser's driver; a bare Debian 12 lacks it
FOR_BENCHMARK = {"wrk": "wrk"}
NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")}
HIDDEN = ("/usr/sbin", "/usr/lib/postgresql/*/bin")  # what Debian keeps from the PATH
CHAPTER_8 = ("py-spy", "prometheus_client")  # packages of its requirements.txt
OF_CHAPTER_8 = f"{PIP_INSTALL} -r diagnosis/requirements.txt"
REFUSED = (
    "py-spy may not attach to a process: sudo sysctl kernel.yama.ptrace_scope=0, "
    "or give the container the capability SYS_PTRACE"
)


def find(tool: str) -> str | None:
    """Return where a program is, also one that Debian keeps from the PATH, as nginx."""
    folders = [
        str(Path(sys.executable).parent),
        os.environ.get("PATH", os.defpath),
        *(each for name in HIDDEN for each in glob(name)),
    ]
    found = (shutil.which(name, path=":".join(folders)) for name in NAMES.get(tool, (tool,)))
    return next(filter(None, found), None)


def lacking(tool: str) -> str:
    """Return what to say of one of these that is not installed, or may not do its work, or nothing."""
    if debian := {**DEBIAN, **FOR_TESTS, **FOR_BENCHMARK}.get(tool):
        return "" if find(tool) else not_installed(tool, f"sudo apt install {debian}")
    if tool in CHAPTER_8 and not (find(tool) or find_spec(tool)):
        return not_installed(tool, OF_CHAPTER_8)
    return refused() if tool == "py-spy" else ""


def moved(program: str) -> str:
    """Return what to say of a script of our Python's that starts another, which is gone, or nothing."""
    try:
        with (Path(sys.executable).parent / program).open("rb") as script:
            first, second = (script.readline().decode(errors="replace").strip() for _ in range(2))
    except OSError:
        return ""
    python = first.removeprefix("#!")
    if python == "/bin/sh":  # since the name is long, or has spaces
        _, python, *_ = shlex.split(second)
    if not (first.startswith("#!/") and python.startswith("/")) or os.path.exists(python):
        return ""
    folder = shlex.quote(os.path.relpath(sys.prefix))
    return f"{folder} was moved after its set-up, and {program} can't start: rm -r {folder} && make setup"


def packages() -> list[str]:
    """Return the packages of all programs and libraries that are not installed, each once."""
    every = {**DEBIAN, **FOR_TESTS}
    found = {package for tool, package in every.items() if not find(tool)}
    return sorted(found | {package for name, package in LIBRARIES.items() if not loads(name)})


def loads(library: str) -> bool:
    with suppress(OSError):
        return bool(CDLL(library))
    return False


@cache
def refused() -> str:
    """Return what to say where py-spy may not look at a process that is not its child, or nothing."""
    done = subprocess.run(
        [find("py-spy") or "py-spy", "dump", "--pid", str(os.getpid())],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    denied = done.returncode and re.search("permission|permitted", done.stderr, re.IGNORECASE)
    return REFUSED if denied else ""


if __name__ == "__main__":
    print(*packages(), sep="\n")
