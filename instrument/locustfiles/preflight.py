"""What is checked before every run of the locustfile, which imports this.

A server that is down would win, since a refused connection counts as a very fast request;
and one host for two user classes would measure one server twice. Both are said in one line,
in the console and in the page, and the exit status is then 1.
"""

import logging
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from gevent import GreenletExit
from locust import events
from locust.runners import STATE_STOPPED, WorkerRunner

CONNECT_SECONDS = 2

logger = logging.getLogger(__name__)


def fault_of_host(host: str | None) -> str | None:
    """Return what is wrong with one host, as text, or None when a server listens there."""
    try:
        url = urlsplit(host or "")
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        if not url.hostname or url.path or url.query:
            raise ValueError
    except (KeyError, ValueError):
        return f"the host must look like http://127.0.0.1:8000, not {host!r}"
    try:
        socket.create_connection((url.hostname, port), CONNECT_SECONDS).close()
    except OSError as error:
        return f"no server is up at {host} ({error.strerror or error}): start it first"
    return None


def fault_of_run(environment: Any) -> str | None:
    """Return why the run that is about to start would mislead, as text, or None."""
    environment.host = (environment.host or "").rstrip("/") or None
    users = {user.__name__: user for user in environment.user_classes}
    if environment.host and len(users) > 1:
        return (
            f"one host for {' and '.join(users)} would measure one server twice: "
            "clear the Host field (or leave out --host), or run one class"
        )
    for name, user in users.items():
        if fault := fault_of_host(environment.host or user.host):
            return f"{name}: {fault}"
    return None


@events.init_command_line_parser.add_listener
def add_option(parser: ArgumentParser) -> None:
    told = "begin only when this file exists, which says that the server is up (headless)"
    parser.add_argument("--wait-for", metavar="FILE", include_in_web_ui=False, help=told)


@events.init.add_listener
def check_every_run(environment: Any, runner: Any, web_ui: Any, **_: object) -> None:
    # `locust WsgiUser`: the page's class picker offers what was asked for
    environment.available_user_classes = {user.__name__: user for user in environment.user_classes}
    own_hosts = {user: user.host for user in environment.user_classes}

    headless = web_ui is None
    begins = headless and not isinstance(runner, WorkerRunner)  # which its master tells to begin
    wait_for = environment.parsed_options.wait_for  # text, since a master sends it to workers
    while begins and wait_for and not Path(wait_for).exists():
        time.sleep(0.05)
    if begins and (fault := fault_of_run(environment)):
        for worker in psutil.Process().children():  # of --processes, which would wait for a minute
            worker.kill()
        sys.exit(f"locust: {fault}")

    @environment.events.test_start.add_listener
    def check_this_run(environment: Any, **_: object) -> None:
        for user, host in own_hosts.items():
            user.host = host
        if headless:
            return
        fault = fault_of_run(environment)
        environment.process_exit_code = 1 if fault else None
        if fault:
            environment.host = None
            logger.error(fault)
            environment.events.request.fire(
                request_type="",
                name="not started: see Failures",
                response_time=0,
                response_length=0,
                exception=RuntimeError(fault),
                context={},
            )
            runner.update_state(STATE_STOPPED)
            raise GreenletExit  # ends the start without the traceback that StopTest prints
