"""Lets gunicorn's log say that a worker has loaded its application, and where it stands on USR2."""

import faulthandler
import signal
from typing import Any


def post_worker_init(worker: Any) -> None:
    faulthandler.register(signal.SIGUSR2)
    worker.log.info("Application loaded")
