"""Measures what lag.py costs: the CPU time of a loop that does nothing, without it and with it.

python -m diagnosis.overhead
"""

import asyncio
import time
from types import SimpleNamespace

from diagnosis import lag

SECONDS = 2
LIMIT = 5  # percent


async def idle():
    await asyncio.sleep(SECONDS)


async def watched():
    async with lag.lifespan(SimpleNamespace(state=SimpleNamespace())):
        await idle()


def cpu_percent(main):
    before = time.process_time()
    asyncio.run(main())
    return 100 * (time.process_time() - before) / SECONDS


if __name__ == "__main__":
    costs = cpu_percent(watched) - cpu_percent(idle)
    compared = "less" if costs < LIMIT else "more"
    print(f"lag.py costs {compared} than {LIMIT} % of a CPU: {costs:.1f} %")
