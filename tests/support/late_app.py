"""wsgi.slow_app, which is only there some time after Locust was started beside its server.

With --preload, gunicorn imports it in the master, before anything listens on the port.
"""

import os
import time

import psutil

from instrument.edges.processes import wait_until
from tests.support.offspring import command_of
from wsgi.slow_app import app  # noqa: F401

LATE_SECONDS = 2  # for Locust to load, and to find no server if it did not wait

instrument = psutil.Process(os.getppid())
wait_until(lambda: any("recorder.py" in command_of(each) for each in instrument.children()))
time.sleep(LATE_SECONDS)
