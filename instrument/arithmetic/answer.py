"""The smallest configuration that holds what is asked, and the reason for each of its numbers."""

import math
from dataclasses import dataclass

from instrument.arithmetic.sizing import FULLEST, Needs, Size, erlang_c, most, slots_for, smallest


@dataclass(frozen=True)
class Asked:
    """What a configuration has to hold, and what it may use."""

    rate: float | None  # requests/s
    users: int | None  # requests in progress
    highest: int  # users of the last rung: what is asked where neither is given
    threads: int | None  # of each worker, where that is given
    megabytes: float  # that all processes may use together


@dataclass(frozen=True)
class Memory:
    """In MB: of the master, of each process for itself, and of each request in progress."""

    master: float
    process: float
    request: float

    def of(self, size: Size, requests: float) -> float:
        return self.master + size.processes * self.process + requests * self.request


@dataclass(frozen=True)
class Choice:
    """A configuration for a rate; the refusal tells why it can't be the answer."""

    size: Size
    rate: float
    slots: int
    megabytes: float
    each: float  # requests that a process holds, with as many threads as it may have
    refusal: str = ""
    users: int | None = None  # who ask again as soon as they are answered; others come at random

    @property
    def may_be_tried(self) -> bool:
        return "MB" not in self.refusal


def choose(needs: Needs, asked: Asked, memory: Memory, cpus: int, is_loop: bool) -> Choice:
    """Return the smallest configuration for the rate or the users.

    Where neither is given, for as many requests as 2n + 1 processes or the last rung's users have
    in progress, with the CPUs as full as they should be at most.
    """
    highest, usual = most(needs, cpus), 2 * cpus + 1
    wanted = (asked.rate or 0.0) or (asked.users or asked.highest) / needs.seconds
    rate = min(wanted, highest)
    threads = None if is_loop else asked.threads
    each = min(needs.holds, threads or math.inf)
    slots = slots_for(rate * needs.seconds)
    refusal = ""
    if not (asked.rate or asked.users):
        if not math.isinf(each):
            rate = min(rate, FULLEST * usual * each / needs.seconds)
            slots = min(slots_for(rate * needs.seconds), math.ceil(usual * each))
    elif wanted > highest:
        enough = math.ceil(wanted * needs.cpu / FULLEST)
        refusal = (
            f"{wanted:.1f} requests/s need {enough} CPUs, which are {FULLEST:.0%} busy then: "
            f"these {cpus} hold {highest:.1f}."
        )
    elif asked.users:
        slots = asked.users
    size = smallest(needs, rate, slots, threads, is_loop)
    megabytes = memory.of(size, rate * needs.seconds)
    if megabytes > asked.megabytes:
        refusal = (
            f"{rate:.1f} requests/s need {size.processes} processes and {megabytes:.0f} MB, "
            f"of which there are {asked.megabytes:.0f}."
        )
    users = None if asked.rate else asked.users
    return Choice(size, rate, slots, megabytes, each, refusal, users)


def reasons(choice: Choice, needs: Needs, memory: Memory, cpus: int) -> dict[str, str]:
    """Return where the numbers of a configuration come from, by what each tells."""
    size, rate = choice.size, choice.rate
    offered, slots = rate * needs.seconds, size.slots(needs)
    each = min(size.threads, needs.holds)
    found = {
        "load": (
            f"{rate:.1f} requests/s: {offered:.1f} in progress ({rate:.1f} x {needs.seconds:.3f} s), "
            f"the CPUs {rate * needs.cpu / cpus:.0%} busy ({rate:.1f} x {needs.cpu:.4f} s / {cpus})"
        )
    }
    computing = rate * needs.serial / FULLEST
    if math.ceil(computing - 0.001) >= size.processes:
        found["workers"] = f"{rate:.1f} x {needs.serial:.4f} s / {FULLEST:.0%} = {computing:.2f}"
    else:
        found["workers"] = f"{choice.slots} slots, of which a process has {choice.each:.0f}"
    if not math.isinf(size.threads):
        found["threads"] = f"{choice.slots} slots / {size.processes}"
        if needs.serial and size.threads * size.processes < choice.slots:
            found["threads"] = f"1 + {needs.waits:.3f} s of waiting / {needs.serial:.4f} s"
    if choice.users and not math.isinf(slots):
        found["slots"] = f"{slots:.0f}, for {choice.users} users"
    elif not math.isinf(slots):
        waiting = erlang_c(offered, slots)
        found["slots"] = (
            f"{slots:.0f}: {waiting:.0%} of requests that come at random find none free"
        )
    if not math.isinf(each):
        count = size.processes * math.ceil(each)
        found["connections"] = f"{count} to a database at most, if a request holds one"
    found["memory"] = (
        f"{choice.megabytes:.0f} MB: master {memory.master:.0f}, each process {memory.process:.0f}, "
        f"each request in progress {memory.request:.1f}"
    )
    return found


def file_for(command: str) -> str:
    """Return the name of the file that holds a configuration."""
    return "uvicorn.sh" if command.startswith("uvicorn") else "gunicorn.conf.py"


def text_of(choice: Choice, why: dict[str, str], command: str, lines: list[str]) -> str:
    """Return the text of the file that holds the answer."""
    size = choice.size
    above = [
        *lines,
        *(f"{name}: {told}" for name, told in why.items() if name not in ("workers", "threads")),
    ]
    text = "".join(f"# {line}\n" for line in above)
    if file_for(command) == "uvicorn.sh":
        return f"{text}# --workers: {why['workers']}\nexec {command}\n"
    kind = "gthread" if size.threads > 1 else "sync"
    return (
        f'{text}worker_class = "{kind}"\n'
        f"workers = {size.processes}  # {why['workers']}\n"
        f"threads = {size.threads}  # {why['threads']}\n"
    )
