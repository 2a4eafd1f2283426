"""Installs what a requirements file names, or says in one line why it can't: `make setup` runs it.

Nothing is compiled: that needs a compiler, takes minutes, and fails with pages of its messages.
"""

import re
import subprocess
import sys

ANOTHER = "rm -r {0}, then make setup PYTHON=python3.13, or another Python that has one"
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
LACKING = (
    r"No matching distribution found for (.+)",
    r"no matching distributions available for your environment:\s+(.+)",
)


def main(requirements):
    command = [*PIP, "--only-binary", ":all:", "--requirement", requirements]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode == 0:
        return done.stderr
    sys.exit(f"{requirements} can't be installed: {cause(done.stderr)}")


def cause(said):
    """Return why, from what pip said."""
    if re.search("Retrying|NewConnectionError|NameResolutionError", said):
        return "the package index can't be reached. With internet, type the same again"
    for pattern in LACKING:
        if lacking := re.search(pattern, said):
            python = sys.version.split()[0]
            there = ANOTHER.format(sys.prefix)
            return f"there is no wheel of {lacking[1]} for Python {python} on this system: {there}"
    errors = [line for line in said.splitlines() if line.startswith("ERROR: ")] or [said.strip()]
    return errors[-1].removeprefix("ERROR: ")


if __name__ == "__main__":
    print(main(sys.argv[1]), end="", file=sys.stderr)
