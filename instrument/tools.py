"""Programs beside the Python packages: where they are, and what installs one that is lacking.

python -m instrument.tools   prints the Debian packages that this machine lacks: .ci/install asks.
"""

import os
import shutil
from glob import glob

DEBIAN = {  # Debian's, which bring what the chapters type
    "curl": "curl",
    "ss": "iproute2",
    "ps": "procps",
    "pgrep": "procps",
    "diff": "diffutils",
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
NAMES = {"chromium": ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")}
HIDDEN = ("/usr/sbin", "/usr/lib/postgresql/*/bin")  # what Debian keeps from the PATH


def find(tool: str) -> str | None:
    """Return where a program is, also one that Debian keeps from the PATH, as nginx."""
    folders = [
        os.environ.get("PATH", os.defpath),
        *(each for name in HIDDEN for each in glob(name)),
    ]
    found = (shutil.which(name, path=":".join(folders)) for name in NAMES.get(tool, (tool,)))
    return next(filter(None, found), None)


def lacking(tool: str) -> str:
    """Return what to say of one of these programs that is not installed, or nothing."""
    if tool not in DEBIAN or find(tool):
        return ""
    return f"{tool} is not installed: sudo apt install {DEBIAN[tool]}"


def packages() -> list[str]:
    """Return the packages of all programs that are not installed, each once."""
    every = {**DEBIAN, **FOR_TESTS}
    return sorted({package for tool, package in every.items() if not find(tool)})


if __name__ == "__main__":
    print(*packages(), sep="\n")
