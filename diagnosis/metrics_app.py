"""Counts its requests twice: in a variable, and with Prometheus' client for several processes.

    mkdir -p results/metrics
    PROMETHEUS_MULTIPROC_DIR=results/metrics gunicorn -w 4 diagnosis.metrics_app:app
    curl 127.0.0.1:8000

The first number is this worker's, the second that of all workers.
"""

from prometheus_client import CollectorRegistry, Counter, multiprocess

own = 0
total = Counter("shop_requests", "Requests that were answered")


def app(environ, start_response):
    global own
    own += 1
    total.inc()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    every = registry.get_sample_value("shop_requests_total")
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"this worker {own}, all workers {every:.0f}\n".encode()]
