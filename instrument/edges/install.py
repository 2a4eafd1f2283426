"""Installs what a requirements file names, or says in one line why it can't: `make setup` runs it.

Nothing is compiled: that needs a compiler, takes minutes, and fails with pages of its messages.
"""

import os
import re
import shlex
import subprocess
import sys

PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar=off"]
UNREACHABLE = "Retrying|NewConnectionError|NameResolutionError"
WITHOUT_WHEEL = (
    r"No matching distribution found for (.+)",
    r"no matching distributions available for your environment:\s+(.+)",
)


def main(requirements: str) -> None:
    """Install; show what pip warned of. Raise SystemExit with the reason where that failed."""
    command = [*PIP, "--only-binary=:all:", f"--requirement={requirements}"]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        sys.exit(f"{requirements} can't be installed: {reason(done.stderr + done.stdout)}")
    print(done.stderr, end="", file=sys.stderr)


def reason(said: str) -> str:
    """Return why pip failed, from what it said."""
    if re.search(UNREACHABLE, said):
        return "the package index can't be reached: look at your connection, and type it again"
    if lacking := next(filter(None, (re.search(each, said) for each in WITHOUT_WHEEL)), None):
        python, folder = sys.version.split()[0], shlex.quote(os.path.relpath(sys.prefix))
        again = f"rm -r {folder} && make setup PYTHON=python3.13"
        return f"{lacking[1]} has no wheel for Python {python} here. Name another Python: {again}"
    lines = said.strip().splitlines()
    return next((line for line in reversed(lines) if line.startswith("ERROR: ")), lines[-1])


if __name__ == "__main__":
    main(sys.argv[1])
