"""The programs that start servers: what they call their options, and in what they differ."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """What programs call the same thing; by default, as gunicorn calls it."""

    timeout: str = "--timeout"
    graceful_timeout: str = "--graceful-timeout"
    max_requests: str = "--max-requests"
    app_folder: str = "--pythonpath"
    key_file: str = "--keyfile"
    certificate_file: str = "--certfile"
    http2: tuple[str, ...] = ("--http-protocols=h2,h1",)  # with its value
    unix_socket: str = "--bind=unix:"  # before its path
    keep_alive: str = "--keep-alive"
    access_log: tuple[str, ...] = ("--access-logfile=-", "--access-logformat=logged %(L)s of %(U)s")
    ends_old_workers: tuple[str, ...] = ("--graceful-timeout", "--timeout")  # it takes all of these


@dataclass(frozen=True)
class Program:
    """What starts servers, and what is true of each of them; by default, what is true of gunicorn's."""

    name: str  # its package's, too
    variables: tuple[str, ...]  # of the environment, that it reads, or how they begin
    options: Options = Options()
    hears_hangup: str = "signal: hup"  # as its log says
    keep_alive_seconds: int = 2  # for which it keeps an idle connection
    graceful_seconds: float = 30  # that it waits for requests when it stops
    has_lone_master: bool = True  # also of a worker that is the only one
    times_imports: bool = False  # its timeout holds for a worker that starts, too
    renews_in_turn: bool = False  # its workers, not all at once


GUNICORNS = Program("gunicorn", ("GUNICORN_", "PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"))
UVICORNS = Program(
    "uvicorn",
    ("UVICORN_", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"),
    Options(
        timeout="--timeout-worker-healthcheck",
        graceful_timeout="--timeout-graceful-shutdown",
        max_requests="--limit-max-requests",
        app_folder="--app-dir",
        key_file="--ssl-keyfile",
        certificate_file="--ssl-certfile",
        http2=(),
        unix_socket="--uds=",
        keep_alive="--timeout-keep-alive",
        access_log=("--access-log",),
        ends_old_workers=("--timeout-graceful-shutdown",),
    ),
    hears_hangup="Received SIGHUP",
    keep_alive_seconds=5,
    graceful_seconds=math.inf,
    has_lone_master=False,
    times_imports=True,
    renews_in_turn=True,
)
