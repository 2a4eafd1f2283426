"""What chapter 7 says of handlers, and its table has no cells for."""

import asyncio
import gc
import json
import socket
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import anyio
import psutil
import pytest
from a2wsgi import WSGIMiddleware
from anyio.lowlevel import checkpoint
from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from flask import Flask
from pydantic import BaseModel, field_serializer
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartParser

from burst import burst
from instrument.edges.clients import connection_to
from instrument.edges.processes import wait_until
from instrument.faults.fixtures import ask, launched
from instrument.servers import BY_NAME
from tests.support.machine import taken_again

EXECUTOR = ThreadPoolExecutor()._max_workers  # of an event loop


async def until(is_so):
    with anyio.fail_after(20):
        while not is_so():
            await anyio.sleep(0.01)


def forget(objects):
    objects.clear()
    gc.collect()


async def answer_of(app, path, receives=checkpoint, sends=checkpoint):
    """Return what an application sends for a request, each message after one of these waits."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST" if path != "/" else "GET",
        "path": path,
        "query_string": b"",
        "headers": [],
    }
    sent = []

    async def receive():
        await receives()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        await sends()
        sent.append(message)

    await app(scope, receive, send)
    return sent


def served(app, server="uvicorn", *options):
    kept = BY_NAME[server]
    return launched(kept, *options, workers=1, apps={kept.interface: f"frameworks.{app}"})


@taken_again
def test_of_eight_requests_for_an_async_view_of_flask_seven_fail_under_gevent():
    with served("with_flask:app", "gevent") as run:
        _, kinds = burst(8, "127.0.0.1", run.port, "/async")
    assert kinds == {"answered with 200": 1, "answered with 500": 7}


def test_a_connection_of_another_request_of_an_async_view_can_not_be_used():
    """In Flask, where each call of an `async def` view has a loop of its own."""
    app, kept = Flask(__name__), []

    @app.get("/")
    async def use():
        if not kept:
            kept.extend(await asyncio.open_connection(*listener.getsockname()))
        await kept[0].readline()
        return "answered"

    with socket.create_server(("127.0.0.1", 0)) as listener:
        app.testing = True
        client = app.test_client()
        with ThreadPoolExecutor(1) as pool:
            accepted = pool.submit(lambda: listener.accept()[0])
            answering = pool.submit(lambda: accepted.result().sendall(b"pong\n"))
            assert client.get("/").text == "answered"
            answering.result()
        with accepted.result(), pytest.raises(RuntimeError, match="attached to a different loop"):
            client.get("/")
    with pytest.warns(ResourceWarning, match="closed"):  # its loop is, and it is not
        forget(kept)


@pytest.mark.parametrize("server", ["sync", "uvicorn"])
@taken_again
def test_django_streams_what_its_interface_does(server):
    """A generator sleeps for a second between its two lines."""
    is_asgi = BY_NAME[server].is_asgi
    with served(f"with_django:{'asgi' if is_asgi else 'wsgi'}", server) as run:
        for path, in_pieces in (("/stream", not is_asgi), ("/async-stream", is_asgi)):
            with connection_to(run.port) as connection:
                connection.request("GET", path)
                response = connection.getresponse()
                assert response.readline() == b"first\n"
                begun = time.monotonic()
                assert response.readline() == b"last\n"
            assert (time.monotonic() - begun > 0.5) == in_pieces, path


@taken_again
def test_calls_that_need_no_thread_of_django_share_the_executor():
    """Three calls for each request, of a second each."""
    with served("with_django:asgi") as run:
        enough, _ = burst(EXECUTOR // 3, "127.0.0.1", run.port, "/three-apart")
        too_many, _ = burst(EXECUTOR // 3 + 1, "127.0.0.1", run.port, "/three-apart")
    assert enough[-1] < 2 <= too_many[-1]


@pytest.mark.parametrize("what", ["receives", "sends"], ids=["half a body", "an unread answer"])
def test_ten_slow_clients_hold_all_threads_of_a2wsgi(what):
    begun, answered = [], []

    def app(environ, start_response):
        begun.append(environ["PATH_INFO"])
        environ["wsgi.input"].read()
        start_response("200 OK", [])
        return [b"answered"] * 100  # pieces, of which some wait in memory

    async def ask(mounted, path, wait):
        await answer_of(mounted, path, **{what: wait})
        answered.append(path)

    async def ask_eleven_times():
        mounted, released = WSGIMiddleware(app), anyio.Event()
        async with anyio.create_task_group() as clients:
            for _ in range(10):
                clients.start_soon(ask, mounted, "/slow", released.wait)
            await until(lambda: len(begun) == 10)
            clients.start_soon(ask, mounted, "/fast", checkpoint)
            await until(lambda: mounted.executor._work_queue.qsize() == 1)
            assert (begun, answered) == (["/slow"] * 10, [])
            released.set()
        assert len(answered) == 11

    anyio.run(ask_eleven_times)


def test_an_upload_takes_a_thread_when_it_is_larger_than_1_mb():
    async def threads_for(size):
        with tempfile.SpooledTemporaryFile(MultiPartParser.spool_max_size) as file:
            await UploadFile(file).write(bytes(size))
        return threading.active_count()

    before = threading.active_count()
    assert anyio.run(threads_for, 2**20) == before
    assert anyio.run(threads_for, 2**20 + 1) == before + 1


def test_threads_that_wait_for_a_second_thread_are_stuck():
    """As `def` endpoints are that call a coroutine which hands work to a thread."""
    done = []

    async def run_endpoints():
        limiter = current_default_thread_limiter()
        assert limiter.total_tokens == 40
        together = threading.Barrier(40)

        def endpoint():
            together.wait()
            anyio.from_thread.run(run_in_threadpool, done.append, "done")

        async with anyio.create_task_group() as requests:
            for _ in range(40):
                requests.start_soon(run_in_threadpool, endpoint)
            await until(lambda: limiter.statistics().tasks_waiting == 40)
            assert (done, limiter.available_tokens) == ([], 0)
            limiter.total_tokens += 1  # the way out

    anyio.run(run_endpoints)
    assert len(done) == 40


def test_the_answer_of_a_def_endpoint_is_serialised_on_the_event_loop():
    class Note(BaseModel):
        written_in: str

        @field_serializer("written_in")
        def where(self, _):
            return threading.current_thread().name

    app, ran_in = FastAPI(), []

    @app.get("/")
    def note() -> Note:
        ran_in.append(threading.current_thread().name)
        return Note(written_in="")

    sent = anyio.run(answer_of, app, "/")
    assert ran_in != ["MainThread"]
    assert json.loads(sent[1]["body"]) == {"written_in": "MainThread"}


@taken_again
def test_the_event_loop_waits_for_its_turn_among_threads_that_compute():
    def compute():
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass

    async def seconds_of_turns():
        begun = time.monotonic()
        for _ in range(5):
            await anyio.sleep(0.001)
        return time.monotonic() - begun

    async def compare():
        alone = await seconds_of_turns()
        async with anyio.create_task_group() as requests:
            for _ in range(20):
                requests.start_soon(run_in_threadpool, compute)
            await checkpoint()
            return alone, await seconds_of_turns()

    alone, beside = anyio.run(compare)
    assert beside > 5 * alone


@pytest.mark.parametrize(
    ("server", "options", "lost"),
    [
        ("asgi", (), {"DE", "E"}),  # C ends when the grace of 3 s does
        ("asgi", ("--asgi-disconnect-grace-period=60",), ()),
        ("uvicorn-worker", (), ()),
        ("uvicorn", (), ()),
    ],
)
def test_asgi_cancels_background_tasks_when_the_client_has_closed(server, options, lost):
    """Each letter takes a second, and the one after it begins at once; so do two that come later."""
    with served("background:app", server, *options) as run:
        assert ask(run.port, "/def").status == 200
        wait_until(lambda: run.said("has sent C"))
        for count in (1, 2):
            assert ask(run.port, "/blocking").status == 200
            wait_until(lambda count=count: run.said("has sent F") == count)
        if not lost:  # which a busy machine may show later
            wait_until(lambda: run.said("sends E"))
        else:
            assert "".join(each for each in "ABCDE" if not run.said(f"sends {each}")) in lost


@pytest.mark.parametrize(("server", "warnings"), [("asgi", 1), ("uvicorn-worker", 0)])
def test_workers_with_an_event_loop_ignore_threads(server, warnings):
    with launched(BY_NAME[server], "--threads=4", workers=1) as run:
        assert run.said("does not use threads") == warnings
        assert psutil.Process(*run.workers()).num_threads() < 4
