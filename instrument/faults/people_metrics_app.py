"""Counts the requests in progress with Prometheus' client; with the hook, gunicorn forgets dead workers.

--config python:instrument.faults.people_metrics_app adds the hook.
"""

import os
import sys
import time

from prometheus_client import CollectorRegistry, Gauge, multiprocess

gauge = Gauge("in_progress", "Requests in progress", multiprocess_mode="livesum")


def child_exit(server, worker):
    multiprocess.mark_process_dead(worker.pid)
    print("forgot it", file=sys.stderr, flush=True)


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/":
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        return [f"{registry.get_sample_value('in_progress') or 0:.0f}".encode()]
    with gauge.track_inprogress():
        print(f"{os.getpid()} begins", file=sys.stderr, flush=True)
        time.sleep(60)
    return [b"waited"]
