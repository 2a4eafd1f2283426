"""Programs beside the Python packages: where they are, and what installs one that is lacking."""

import os
import shutil

DEBIAN = {  # Debian's, which bring them
    "curl": "curl",
    "ss": "iproute2",
    "ps": "procps",
    "pgrep": "procps",
    "diff": "diffutils",
    "openssl": "openssl",
    "nginx": "nginx-light",
    "h2load": "nghttp2-client",
}


def find(tool: str) -> str | None:
    """Return where a program is, also one that Debian keeps from the PATH, as nginx."""
    return shutil.which(tool, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def lacking(tool: str) -> str:
    """Return what to say of one of these programs that is not installed, or nothing."""
    if tool not in DEBIAN or find(tool):
        return ""
    return f"{tool} is not installed: sudo apt install {DEBIAN[tool]}"
