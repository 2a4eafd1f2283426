"""Lets gunicorn's log say that a worker has loaded its application."""


def post_worker_init(worker):
    worker.log.info("Application loaded")
