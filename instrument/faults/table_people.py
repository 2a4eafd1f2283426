"""The table of docs/questions.md: what people run into, and what helps."""

from functools import partial

from instrument.faults import people_processes, people_requests
from instrument.faults.fixtures import CHAPTER_5_NGINX, TIMEOUT_SECONDS, timeout
from instrument.faults.table import DASH, SERVER_PACKAGES, Cells, Row, Table, outcomes
from instrument.faults.table_diagnosis import py_spy, usr2
from instrument.servers import EVERYWHERE, SERVERS

SYNC, GTHREAD, GEVENT, WORKER, ASGI, UVICORN = (each.with_threads(2) for each in SERVERS)
GREENLETS = "--config=python:instrument.faults.people_greenlets"
LIMIT = f"`timeout` {TIMEOUT_SECONDS} s"
ROWS = (
    Row(
        "a view asks its own server, one worker",
        partial(people_requests.itself, workers=1),
        servers=(SYNC, GTHREAD, UVICORN),
        helps="call the function, not its URL",
    ),
    Row("the same, two workers", partial(people_requests.itself, workers=2), servers=(SYNC,)),
    Row(
        "the same, two workers, another client has one",
        partial(people_requests.itself, workers=2, busy=1),
        servers=(SYNC,),
        helps="call the function, not its URL",
    ),
    Row(
        f"silent clients, one for each slot (or {people_requests.MANY}): another one gets",
        people_requests.silent,
        helps="a proxy in front, or an event loop",
    ),
    Row(
        f"{people_requests.MANY} silent clients: another one gets",
        partial(people_requests.silent, most=people_requests.MANY),
        servers=(SYNC, GTHREAD, ASGI),
        helps="a proxy in front, or an event loop",
    ),
    Row(
        f"a probe waits for {people_requests.PROBE_SECONDS} s, all slots are busy (or {people_requests.MANY})",
        people_requests.probe,
        helps="an event loop, or a probe that waits as long as the longest request",
    ),
    Row(
        "`TimeoutError` leaves an application without a framework",
        people_requests.failing,
        helps="catch it: gunicorn takes an `OSError` for a client that has left",
    ),
    Row(
        "a header with an underscore, `X_Token: 1`",
        people_requests.header,
        helps="a dash: `X-Token`",
    ),
    Row(
        "a POST in chunks to Django",
        people_requests.chunked,
        helps="a proxy that buffers requests, or an ASGI server",
    ),
    Row(
        "the same, behind chapter 5's nginx",
        partial(people_requests.chunked, conf=CHAPTER_5_NGINX),
        needs="nginx",
        servers=(SYNC, GTHREAD),
    ),
    Row(
        "https is sent to the http port: the log says",
        people_requests.https,
        helps="`http://` in the proxy and in the probe",
    ),
    Row(
        "a body of 40 MB that the application reads whole",
        people_requests.big_body,
        helps="a limit in the proxy, or a loop over the pieces",
    ),
    Row(
        "the same body, behind chapter 5's nginx",
        partial(people_requests.big_body, conf=CHAPTER_5_NGINX),
        needs="nginx",
        servers=(SYNC, UVICORN),
    ),
    Row(
        "`log.info` and `log.warning`, logging is not set up: the log has",
        people_requests.logged,
        helps='`logging.basicConfig(level="INFO")` in the application',
    ),
    Row(
        'the same, `logging.basicConfig(level="INFO")`',
        partial(people_requests.logged, at_import="sets up logging"),
    ),
    Row(
        "`print`, the log is a file: the line",
        people_requests.printed_line,
        helps="`PYTHONUNBUFFERED=1`, or logging",
    ),
    Row("the same, `PYTHONUNBUFFERED=1`", partial(people_requests.printed_line, unbuffered="1")),
    Row(
        "the lifespan fails, two workers",
        partial(people_processes.failed_start, apps=people_processes.NO_DATABASE),
        servers=(WORKER, ASGI, UVICORN),
        helps="`restart: always` in place of `on-failure`, or a single `uvicorn`",
    ),
    Row(
        "the import raises an exception, two workers",
        partial(people_processes.failed_start, AT_IMPORT="fails"),
        servers=(SYNC, ASGI, UVICORN),
        helps="`python -c 'import yours'` before the start, or a single `uvicorn`",
    ),
    Row(
        "the same, one worker, `--reload`",
        partial(people_processes.failed_start, workers=1, AT_IMPORT="fails"),
        options=("--reload", "--reload-dir=asgi"),
        servers=(UVICORN,),
        helps="the next edit starts it",
    ),
    Row(
        f"an import that waits for 6 s, two workers, {LIMIT}",
        people_processes.slow_import,
        helps="a time-out in the code that is imported",
    ),
    Row(
        f"an import in C that keeps the GIL, two workers, {LIMIT}",
        partial(people_processes.failed_start, AT_IMPORT="keeps the GIL"),
        options=(timeout(UVICORN),),
        servers=(UVICORN,),
        helps="a longer `--timeout-worker-healthcheck`",
    ),
    Row(
        "an edit, `--reload`", people_processes.reload, helps="`uvicorn --reload` while you develop"
    ),
    Row(
        "the same, `--preload`, too",
        people_processes.reload,
        options=("--preload",),
        servers=(SYNC,),
        helps="no `--preload` while you develop",
    ),
    Row(
        "an edit, `--reload`, a stream is open: another client gets",
        people_processes.reload_beside_stream,
        servers=(GTHREAD, ASGI, UVICORN),
        helps="the next row; close the page that streams",
    ),
    Row(
        "the same, a second for the old worker (`--graceful-timeout 1`)",
        partial(people_processes.reload_beside_stream, grace="1"),
        servers=(ASGI, UVICORN),
    ),
    Row(
        "a thread that is started at the import, four workers",
        people_processes.job,
        servers=(SYNC, UVICORN),
        helps="a process of its own, such as cron's or a queue's",
    ),
    Row(
        "the same thread, `--preload`",
        people_processes.job,
        options=("--preload",),
        servers=(SYNC,),
    ),
    Row(
        "a secret key that is made at the import, four workers",
        people_processes.secret,
        servers=(SYNC, UVICORN),
        helps="a key from the environment",
    ),
    Row(
        "the same key, `--preload`",
        people_processes.secret,
        options=("--preload",),
        servers=(SYNC,),
    ),
    Row(
        "Prometheus' gauge of requests in progress, after one was killed with its worker",
        people_processes.dead_gauge,
        needs="prometheus_client",
        servers=(SYNC,),
        helps="`mark_process_dead` in gunicorn's `child_exit`",
    ),
    Row(
        "the same, with that hook",
        people_processes.dead_gauge,
        options=("--config=python:instrument.faults.people_metrics_app",),
        needs="prometheus_client",
        servers=(SYNC,),
    ),
    Row(
        "`py-spy dump` of a worker whose request waits",
        py_spy,
        needs="py-spy",
        servers=(SYNC, GEVENT),
        helps="`gevent.util.print_run_info`",
    ),
    Row("the same, that function is called by USR2", usr2, options=(GREENLETS,), servers=(GEVENT,)),
    Row(
        "`py-spy dump` of the parent of two workers",
        partial(py_spy, of_parent=True),
        needs="py-spy",
        servers=(UVICORN,),
        helps="`--subprocesses`, or the process id of a worker",
    ),
    Row(
        "the same, `--subprocesses`",
        partial(py_spy, of_parent=True),
        options=("--subprocesses",),
        needs="py-spy",
        servers=(UVICORN,),
    ),
)
HELPS = {row.title: row.helps for row in ROWS}


def markdown(cells: Cells) -> str:
    """Return a line for each outcome, with the servers of which it is true."""
    lines = ["situation | server | what happens | what helps", "--- | --- | --- | ---"]
    for title, told in cells.items():
        first, helps = title, HELPS[title] or DASH
        for outcome in dict.fromkeys(told.values()):
            names = [name for name, each in told.items() if each == outcome]
            servers = "all five" if len(names) == len(EVERYWHERE) else ", ".join(names)
            lines.append(f"{first} | {servers} | {outcome} | {helps}")
            first = helps = ""
    return "".join(f"| {line} |\n" for line in lines)


TABLE = Table(
    "people",
    "docs/questions.md",
    partial(outcomes, ROWS),
    markdown,
    ROWS,
    packages=(*SERVER_PACKAGES, "gevent", "django", "prometheus_client", "py-spy"),
    has_frameworks=True,
)
