"""What one process was seen to do, and what any number of them will: arithmetic alone, no edges.

Seconds and CPU seconds are those of one request, throughput is in requests/s. Bounds from above
follow P. J. Denning, J. P. Buzen, The Operational Analysis of Queueing Network Models, ACM
Computing Surveys 10 (3), 1978.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

FLAT = 1.1  # times: a throughput that grows by less for twice the users has reached its plateau
BUSY_CPU = 0.9  # of a CPU: a process that uses or wants as much computes
SHORTEST_RUNG = 3  # seconds
KNOWN = 0.05  # by which a throughput may be off that was seen for some seconds alone
SPEED = 0.1  # by which CPUs that are shared change their speed from minute to minute
SHORT = 0.25  # of a request, by which fewer may be seen in progress than there are slots
TICKS = 0.1  # seconds of CPU: with less, the system's clock of 0.01 s is too coarse
FULLEST = 0.7  # of the CPUs: beyond, waiting for one of them grows fast
MAY_WAIT = 0.05  # share of requests that may find no slot
WIDEST = 2  # standard deviations, on each side


@dataclass(frozen=True)
class Rung:
    """What one process did with so many users, who ask again as soon as they are answered."""

    users: int
    requests_per_second: float
    median_seconds: float | None  # None where no request was answered
    cpu: float | None  # that the server used, 1.0: one CPU; None where its process is unknown
    error: str = ""  # of requests that failed
    other_cpu: float = 0.0  # share of all CPUs that other programs used
    cpu_waits: float = 0.0  # of one CPU, for which the server was ready while others had it

    @property
    def computes(self) -> bool:
        return (self.cpu or 0.0) + self.cpu_waits >= BUSY_CPU

    @property
    def cpu_seconds(self) -> float | None:
        """CPU seconds of a request, where the clock of the system is fine enough to tell."""
        enough = self.requests_per_second and (self.cpu or 0.0) * SHORTEST_RUNG >= TICKS
        return (self.cpu or 0.0) / self.requests_per_second if enough else None

    @property
    def cpu_seconds_at_worst(self) -> float | None:
        """CPU seconds of a request, and those for which its threads were ready and had no CPU."""
        used = self.cpu_seconds
        return used + self.cpu_waits / self.requests_per_second if used else None


@dataclass(frozen=True)
class Needs:
    """What a request of an application needs."""

    seconds: float  # with one user
    cpu: float  # CPU seconds, where it was least
    cpu_full: float  # with what it waits for a CPU, where it was most, as when all CPUs are busy
    serial: float  # seconds for which one process can do nothing else
    holds: float  # requests that one process has in progress at most, or math.inf
    generator: float = 0.0  # CPU seconds that the load generator needs for it

    @property
    def waits(self) -> float:
        return max(0.0, self.seconds - self.cpu)


@dataclass(frozen=True)
class Size:
    """How many processes a server has, and how many requests each accepts at once."""

    processes: int
    threads: float  # math.inf: an event loop
    is_pinned: bool = True  # a connection stays with its process, so that some get more than others

    def slots(self, needs: Needs) -> float:
        return self.processes * min(self.threads, needs.holds)


def plateau(ladder: Sequence[Rung]) -> bool:
    """Return whether the last rungs show that throughput grows no more with the users."""
    good = [rung for rung in ladder if not rung.error]
    if len(good) < 2:
        return False
    before, last = good[-2:]
    return last.requests_per_second < FLAT * before.requests_per_second


def requests_worked_on(rung: Rung, seconds: float) -> float:
    """Return how many requests are worked on: Little's law, L = X * S.

    Requests that wait for a slot are not counted, since S is that of a request which need not wait.
    Source: J. D. C. Little, A Proof for the Queuing Formula: L = lambda W, Operations Research
    9 (3), 1961.
    """
    return rung.requests_per_second * seconds


def held_by(ladder: Sequence[Rung], seconds: float) -> tuple[str, float | None]:
    """Return why one process answers no more than it does, and how many requests it holds.

    One of "fails", "computes", "slots", "unbounded"; None where it holds as many as come. At a last
    rung with far more users than are in progress the plateau has been reached, too.
    """
    best = max(ladder, key=lambda rung: rung.requests_per_second)
    held = round(requests_worked_on(best, seconds), 1)
    if ladder[-1].error:
        return "fails", held
    if not plateau(ladder) and held > 0.75 * ladder[-1].users:
        return "unbounded", None
    return ("computes" if ladder[-1].computes else "slots"), held


def needs_of(
    ladder: Sequence[Rung],
    seconds: float,
    cpu_seconds: float,
    why: str,
    holds: float | None,
    slower: float,
    generator: float,
) -> Needs:
    """Return what a request needs, given how many times slower CPUs are when all of them compute.

    What one process is serial for is 1 / X at a plateau where it computes: less than its CPU seconds
    where something releases the interpreter's lock, and not more, since what goes beyond was waiting
    for a CPU. Elsewhere all of its CPU may be serial.
    """
    seen = [cpu_seconds, *filter(None, (rung.cpu_seconds for rung in ladder))]
    worst = [cpu_seconds, *filter(None, (rung.cpu_seconds_at_worst for rung in ladder))]
    fastest = max(rung.requests_per_second for rung in ladder)
    return Needs(
        seconds,
        cpu=min(seen),
        cpu_full=max(worst) * max(1.0, slower),
        serial=min(1 / fastest, *seen) if why == "computes" else min(seen),
        holds=holds if why in ("slots", "fails") and holds else math.inf,
        generator=generator,
    )


def bound(needs: Needs, size: Size, users: int, cpus: int) -> float:
    """Return the highest possible throughput: min(U / S, w * min(t, k) / S, w / G, P / C).

    The load generator shares the CPUs, so that C includes what it needs for a request. It is one
    process, which computes for one request at a time.
    """
    limits = [users / needs.seconds, size.slots(needs) / needs.seconds]
    if needs.serial:
        limits.append(size.processes / needs.serial)
    if needs.generator:
        limits.append(1 / needs.generator)
    if needs.cpu + needs.generator:
        limits.append(cpus / (needs.cpu + needs.generator))
    return min(limits)


def used_slots(users: int, processes: int, each: float) -> float:
    """Return how many slots are used at least, where connections fall onto processes by chance.

    A process that got fewer connections than it has slots leaves some of them idle. The mean of
    min(n, slots) over a binomial n, less two standard deviations of the sum.
    """
    if math.isinf(each) or processes == 1:
        return min(users, processes * each)
    share = 1 / processes
    chances = [
        math.comb(users, n) * share**n * (1 - share) ** (users - n) for n in range(users + 1)
    ]
    mean = sum(chance * min(n, each) for n, chance in enumerate(chances))
    variance = sum(chance * (min(n, each) - mean) ** 2 for n, chance in enumerate(chances))
    least = processes * mean - WIDEST * math.sqrt(processes * variance)
    return max(least, min(users, each))


def interval(needs: Needs, size: Size, users: int, cpus: int) -> tuple[float, float]:
    """Return between which throughputs a configuration will be, with so many users.

    The lower end is that of requests in step: all compute at the same moment, and each waits for all
    others. Threads that share an interpreter's lock get into step by themselves, and stay in it.
    At the upper end the CPUs are faster than they were, and both ends are off by as much as a
    measurement may be.
    Source: the asymptotic bounds of E. D. Lazowska et al., Quantitative System Performance, 1984,
    chapter 5, with a delay: N / (D + Z + (N - 1) * D).
    """
    each = min(size.threads, needs.holds)
    held = min(
        users, used_slots(users, size.processes, each) if size.is_pinned else size.slots(needs)
    )
    for_lock = max(0.0, held / size.processes - 1) * needs.serial
    if math.isinf(size.threads) and size.is_pinned:  # one loop may accept every connection
        for_lock = max(0.0, held - 1) * needs.cpu_full
    for_cpu = max(0.0, held - 1) * (needs.cpu_full + needs.generator) / cpus
    for_generator = users * needs.generator
    saved = SPEED * needs.cpu
    faster = replace(
        needs,
        seconds=needs.seconds - saved,
        cpu=needs.cpu - saved,
        serial=(1 - SPEED) * needs.serial,
    )
    high = bound(faster, size, users, cpus)
    low = held / (needs.seconds + max(for_lock, for_cpu, for_generator))
    return min(low, high) * (1 - KNOWN), high * (1 + KNOWN)


def erlang_c(offered: float, slots: float) -> float:
    """Return the share of requests that find every slot taken, with `offered` of them in progress.

    For requests that come at random and take similar times.
    Source: A. K. Erlang, Solution of some problems in the theory of probabilities, Elektroteknikeren
    13, 1917; by the recursion of Erlang's loss formula.
    """
    if math.isinf(slots):
        return 0.0
    whole = math.floor(slots)
    if offered >= whole:
        return 1.0
    lost = 1.0
    for number in range(1, whole + 1):
        lost = offered * lost / (number + offered * lost)
    return lost / (1 - offered / whole * (1 - lost))


def slots_for(offered: float) -> int:
    """Return the fewest slots of which hardly any request finds all taken."""
    slots = max(1, math.ceil(offered))
    while erlang_c(offered, slots) > MAY_WAIT:
        slots += 1
    return slots


def most(needs: Needs, cpus: int) -> float:
    """Return how many requests a second keep the CPUs as busy as they should be at most."""
    return FULLEST * cpus / needs.cpu if needs.cpu else math.inf


def smallest(needs: Needs, rate: float, slots: int, threads: int | None, is_loop: bool) -> Size:
    """Return the fewest processes that hold a rate, and the fewest threads of each.

    More threads than 1 + W / G in a process don't make it faster: they wait for its CPU. `threads`
    is None where they may be chosen.
    """
    each = min(needs.holds, threads or math.inf)
    processes = max(1, math.ceil(rate * needs.serial / FULLEST - 0.001))
    if not math.isinf(each):
        processes = max(processes, math.ceil(slots / max(1, math.floor(each + SHORT)) - 0.001))
    if is_loop:
        return Size(processes, math.inf)
    if threads:
        return Size(processes, threads, threads > 1)
    useful = 1 + needs.waits / needs.serial if needs.serial else math.inf
    chosen = max(1, math.ceil(min(slots / processes, useful, each - 0.5)))
    return Size(processes, chosen, chosen > 1)


SUSPECTS = {  # what is as large by default, of which each makes others wait
    4: ("a pool of psycopg",),
    5: ("a pool of SQLAlchemy without overflow",),
    10: ("the threads of a2wsgi", "a pool of asyncpg"),
    15: ("SQLAlchemy's pool, 5 + 10",),
    40: ("anyio's threads, which call each `def` of FastAPI and Starlette",),
    100: ("the connections of httpx or aiohttp",),
}
ONE = ("a blocked event loop", "a lock that is held while waiting", "a pool of 1")


def suspects(
    holds: float, cpus: int, threads: int | None = None, is_asgi: bool = True
) -> list[str]:
    """Return what usually makes just so many requests be in progress; none of it is proved."""
    number = round(holds)
    found = list(SUSPECTS.get(number, ()))
    if number == 1:
        found += ONE if is_asgi else ("a worker of one thread" if threads == 1 else ONE[1], ONE[2])
    if is_asgi and number == min(32, cpus + 4):
        found.append("the threads of asyncio.to_thread, CPUs + 4")
    if threads and threads > 1 and number == threads:
        found.append(f"--threads {threads}")
    return found or [f"a pool of {number}", f"a semaphore of {number}"]
