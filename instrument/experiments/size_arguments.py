"""The options of `compare size`."""

import argparse
import math
from pathlib import Path
from typing import Any

from command_line import address, whole_number


def add_size(command: argparse.ArgumentParser) -> None:
    add = command.add_argument
    many: dict[str, Any] = {"action": "append", "default": []}
    add("app", nargs="?", metavar="APP", help="the application, as shop.wsgi:application")
    add("--path", **many, type=path, help="asked for; give it again for another (default: /)")
    told = "of each request, as 'Accept: text/html'; repeatable"
    add("--header", **many, type=header, help=told)
    add("--method", type=str.upper, help="of the requests (default: GET, or POST with --data)")
    add("--data", type=Path, metavar="FILE", help="body of each request: data will change")
    add("--rate", type=positive, help="requests a second that it has to hold")
    add("--users", type=whole_number(1, 1000), help="requests in progress that it has to hold")
    add("--memory", type=whole_number(1, 10_000_000), metavar="MB", help="that it may use")
    add("--highest", type=whole_number(2, 1024), default=128, help="users of the last rung (128)")
    add("--threads", type=whole_number(1, 1024), help="of each gunicorn worker; 1: sync")
    add("--current", metavar="COMMAND", help="your gunicorn or uvicorn command, measured as well")
    add("--interface", choices=("wsgi", "asgi"), help="where the application does not show it")
    add("--app-dir", type=Path, default=Path(), metavar="DIR", help="that it is started in")
    add("--python", help="of its environment, as DIR/.venv/bin/python")
    told = "in the environment of the application; repeatable"
    add("--env", **many, type=variable, metavar="KEY=VALUE", help=told)
    add("--url", help="of a server of this machine that runs already; nothing is started")
    add("--pid", type=whole_number(1, 2**31), help="of that server, for its CPU")
    add("--output", type=Path, default=Path("results"), metavar="FOLDER", help="for the files")


def path(text: str) -> str:
    if not text.startswith("/"):
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with /")
    return address(text)


def header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not a header like 'Accept: text/html'")
    return name.strip(), value.strip()


def variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not like KEY=VALUE")
    return name, value


def positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number
