"""Gunicorn's configuration for gevent: at USR2, a worker writes the stack of each greenlet."""

import signal

import gevent
from gevent.util import print_run_info


def post_worker_init(worker: object) -> None:
    gevent.signal_handler(signal.SIGUSR2, print_run_info)
