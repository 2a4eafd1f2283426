"""Measures how late the event loop wakes, and writes its stack when that is later than 100 ms."""

import asyncio
import logging
import sys
import threading
import time
import traceback
from contextlib import asynccontextmanager

EVERY = 0.02  # seconds
LATE = 0.1

log = logging.getLogger("lag")


class Lag:
    def __init__(self):
        self.worst = 0.0  # since it was asked for last
        self.woke = time.monotonic()
        self.over = threading.Event()

    async def measure(self):
        while True:
            await asyncio.sleep(EVERY)
            now = time.monotonic()
            self.worst = max(self.worst, now - self.woke - EVERY)
            self.woke = now

    def watch(self, loop_thread):
        told = None
        while not self.over.wait(EVERY):
            woke = self.woke
            if woke != told and time.monotonic() - woke > EVERY + LATE:
                told = woke
                stack = traceback.extract_stack(sys._current_frames()[loop_thread])
                log.warning("the loop is late, at\n%s", "".join(stack.format()[-2:]).rstrip())


@asynccontextmanager
async def lifespan(app):
    lag = app.state.lag = Lag()
    watcher = threading.Thread(target=lag.watch, args=(threading.get_ident(),), daemon=True)
    watcher.start()
    task = asyncio.create_task(lag.measure())
    yield
    task.cancel()
    lag.over.set()
    watcher.join()
