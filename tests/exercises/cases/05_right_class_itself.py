from gunicorn.workers.gthread import ThreadWorker as worker_class  # noqa: F401

workers = 1
threads = 16
