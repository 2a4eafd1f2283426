"""Gunicorn's configuration: a worker writes its stacks when it is aborted, or is sent USR2."""

import faulthandler
import signal


def post_worker_init(worker):
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR2)
