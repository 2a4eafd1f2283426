"""Measures what lag.py costs: the CPU time of a loop that does nothing, without it and with it.

python -m diagnosis.overhead
"""

import asyncio
import time
from contextlib import nullcontext
from types import SimpleNamespace

from diagnosis import lag

SECONDS = 2
LIMIT = 5  # percent


async def idle(beside):
    async with beside:
        await asyncio.sleep(SECONDS)


def cpu_percent(beside):
    before = time.process_time()
    asyncio.run(idle(beside))
    return 100 * (time.process_time() - before) / SECONDS


if __name__ == "__main__":
    watched = lag.lifespan(SimpleNamespace(state=SimpleNamespace()))
    costs = cpu_percent(watched) - cpu_percent(nullcontext())
    compared = "less" if costs < LIMIT else "more"
    print(f"lag.py costs {compared} than {LIMIT} % of a CPU: {costs:.1f} %")
