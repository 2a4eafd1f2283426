"""What chapter 8 says of threads beside a loop: who shares a pool, and whom the watchdog names."""

import asyncio
import logging
import re
import threading
import time
from types import SimpleNamespace

import pytest
import uvloop

from diagnosis import lag
from instrument.servers import TO_THREAD_THREADS


@pytest.mark.parametrize(
    ("new_loop", "waits"), [(asyncio.new_event_loop, True), (uvloop.new_event_loop, False)]
)
def test_look_ups_of_names_share_the_threads_of_to_thread_on_asyncio_s_own_loop(new_loop, waits):
    over = threading.Event()

    async def look_up():
        busy = [asyncio.create_task(asyncio.to_thread(over.wait)) for _ in range(TO_THREAD_THREADS)]
        await asyncio.sleep(0)  # in which each of them takes a thread
        found = asyncio.ensure_future(asyncio.get_running_loop().getaddrinfo("localhost", 80))
        done, _ = await asyncio.wait([found], timeout=0.5 if waits else 10)
        over.set()
        await asyncio.gather(found, *busy)
        return bool(done)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        assert runner.run(look_up()) is not waits


def keep_the_gil():
    """Match a regex that takes at least half a second, however fast the CPU is."""
    length, began = 20, time.monotonic()
    while time.monotonic() - began < 0.5:
        length, began = length + 1, time.monotonic()
        re.match(r"(a+)+$", "a" * length + "b")


def test_a_thread_that_keeps_the_gil_makes_a_lag_and_the_watchdog_does_not_name_it(caplog):
    caplog.set_level(logging.WARNING, "lag")
    app = SimpleNamespace(state=SimpleNamespace())

    async def main():
        async with lag.lifespan(app):
            await asyncio.to_thread(keep_the_gil)
            await asyncio.sleep(2 * lag.EVERY)

    asyncio.run(main())
    assert app.state.lag.worst > lag.LATE
    assert "keep_the_gil" not in caplog.text
