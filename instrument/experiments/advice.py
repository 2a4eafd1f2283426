"""From an application to a configuration: one user, the ladder, a prediction, its proof, the answer."""

import argparse
import math
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from instrument.arithmetic.answer import Asked, Memory, choose, file_for, reasons, text_of
from instrument.arithmetic.measure import OTHERS
from instrument.arithmetic.sizing import Needs, Rung, Size, bound, held_by, interval, needs_of
from instrument.edges.display import Display
from instrument.edges.errors import InstrumentError
from instrument.edges.signals import Interrupted
from instrument.experiments.kind import Kind
from instrument.experiments.result import told_of_others
from instrument.experiments.size import Configuration, Profile, Sizing
from instrument.experiments.size_arguments import add_size
from instrument.load.asking import Request, address_of
from instrument.load.bench import Bench, Plan
from instrument.load.calibration import calibrate
from instrument.load.conditions import Conditions
from instrument.load.ladder import SHORTEST_PROOF, Climb, Rungs, climb, one_user
from instrument.load.target import Target, found, parsed
from instrument.servers import Subject

MOST_PROOF_USERS = 128
FREE = 0.8  # of the memory that this machine has left


@dataclass
class Inquiry:
    """What is asked, and what is known so far."""

    options: argparse.Namespace
    conditions: Conditions
    scratch: Path
    display: Display
    target: Target | None = None
    slower: float = 1.0  # CPUs are so many times slower when all of them compute

    profiles: list[Profile] = field(default_factory=list)
    done: list[Configuration] = field(default_factory=list)

    def known(self, answer: str | None = None, *reasons: str) -> Sizing:
        return Sizing(self.conditions, tuple(self.profiles), tuple(self.done), answer, reasons)

    @property
    def cpus(self) -> int:
        return self.conditions.cpus


def refuse(options: argparse.Namespace, subjects: list[Subject]) -> None:
    """Raise InstrumentError for options that don't go together, before anything is started."""
    if bool(options.app) == bool(options.url):
        raise InstrumentError(
            "name an application, as shop.wsgi:application, or a server with --url"
        )
    if options.url and (options.current or options.rate or options.users or options.path):
        raise InstrumentError(
            "--url starts nothing: leave out --path, --current, --rate and --users"
        )
    if options.pid and not options.url:
        raise InstrumentError("--pid is that of a server that runs already: give its --url, too")
    if options.pid and not psutil.pid_exists(options.pid):
        raise InstrumentError(f"--pid {options.pid}: no such process runs")
    if options.data and not options.data.is_file():
        raise InstrumentError(f"--data {options.data}: there is no such file")


def measure(bench: Bench, options: argparse.Namespace) -> Iterator[Sizing]:
    """Yield the answer; or what is known, and raise what was in its way."""
    inquiry = Inquiry(options, bench.conditions, bench.scratch, bench.display)
    try:
        yield sizing_of(inquiry)
    except (Interrupted, InstrumentError):
        if inquiry.profiles:
            yield inquiry.known()
        raise


def sizing_of(inquiry: Inquiry) -> Sizing:
    options = inquiry.options
    options.method = options.method or ("POST" if options.data else "GET")
    changing = {"method": options.method, "headers": tuple(options.header), "data": options.data}
    if options.data or options.method not in ("GET", "HEAD"):
        inquiry.display.say(f"Each {options.method} changes data: some thousand requests are sent.")
    if options.url:
        request = replace(address_of(options.url), **changing)
        inquiry.display.say(f"{options.url}: one user, then the ladder")
        profile_of(inquiry, request, options.pid, None)
        return inquiry.known()
    inquiry.target = target = found(
        options.app,
        options.python,
        options.app_dir,
        dict(options.env),
        options.interface,
        inquiry.scratch,
    )
    current = [parsed(options.current, target)] if options.current else []
    locust = inquiry.conditions.versions["locust"]
    inquiry.conditions = replace(
        inquiry.conditions,
        python=target.versions.pop("Python"),
        versions={**target.versions, "locust": locust},
    )
    threads: int | None = None if target.is_asgi else options.threads or options.highest
    one = Size(1, threads or math.inf, is_pinned=threads != 1)
    for path in options.path or ["/"]:
        words = target.words(one)
        inquiry.display.say(f"{path}: one process, {shlex.join(words)}")
        with target.serving(words, inquiry.scratch, one) as (pid, port):
            request = Request("127.0.0.1", port, path, **changing)
            profile_of(inquiry, request, pid, threads)
    return sized(inquiry, target, current, changing)


def profile_of(
    inquiry: Inquiry,
    request: Request,
    pid: int | None,
    threads: int | None,
) -> None:
    """Measure one user and the ladder; what is known when the user stops it is kept, too."""
    log = inquiry.scratch / "server.log"
    one = one_user(request, pid, log if log.exists() else None)
    rungs = Rungs(1, inquiry.options.highest)
    inquiry.display.say(f"  1 user: {one.mean:.3f} s a request")
    proofs = 0 if inquiry.options.url else 3 * (SHORTEST_PROOF + 8 + 4 * one.mean)
    inquiry.display.say_how_long(rungs.seconds(one.mean, rungs.highest / 2) + proofs)
    climbed = Climb()
    interface = inquiry.target.interface if inquiry.target else None

    def add() -> None:
        alone = climbed.rungs[0].requests_per_second
        seconds = min(one.mean, 1 / alone if alone else one.mean)  # the less disturbed one
        why, holds = held_by(climbed.rungs, seconds)
        cpu = one.cpu(climbed.rungs)
        cpu = None if cpu is None else round(cpu, 6)
        seen = Profile(
            request.path, round(seconds, 5), cpu, tuple(climbed.rungs), why, holds, interface,
            threads, round(climbed.generator, 6), memory_of(), tuple(one.notes()),
        )  # fmt: skip
        inquiry.profiles.append(seen)

    def told(rung: Rung) -> None:
        cpu = "" if rung.cpu is None else f", CPU {rung.cpu:.2f}"
        failed = f", {rung.error}" if rung.error else ""
        users = "user" if rung.users == 1 else "users"
        inquiry.display.say(
            f"  {rung.users} {users}: {rung.requests_per_second:.1f} requests/s{cpu}{failed}"
        )

    def memory_of() -> Memory | None:
        if pid is None:
            return None
        master, process = one.memory
        grown = climbed.most_mb - master - process
        return Memory(master, process, round(max(0.0, grown) / climbed.rungs[-1].users, 2))

    try:
        for is_last in (False, True):
            vars(climbed).update(vars(Climb()))
            climb(
                request, pid, rungs, one.mean, one.mean * 2, inquiry.display, inquiry.scratch, told,
                climbed,
            )  # fmt: skip
            if climbed.rungs[-1].other_cpu <= OTHERS or is_last:
                break
            spoiled = told_of_others(climbed.rungs[-1].other_cpu)
            inquiry.display.say(f"{spoiled}, so the ladder is climbed again")
    finally:
        if climbed.rungs:
            add()


def sized(
    inquiry: Inquiry,
    target: Target,
    current: list[tuple[list[str], Size]],
    changing: dict[str, Any],
) -> Sizing:
    """Predict for the path that needs most, prove it, and answer."""
    if any(each.why == "fails" for each in inquiry.profiles):
        return inquiry.known()
    inquiry.slower = calibrate(inquiry.scratch) / calibrate(inquiry.scratch, 1)
    cpus, usual = inquiry.cpus, 2 * inquiry.cpus + 1
    options = inquiry.options
    megabytes = options.memory or FREE * psutil.virtual_memory().available / 1e6
    asked = Asked(options.rate, options.users, options.highest, options.threads, megabytes)
    choices = [
        (choose(needs_for(inquiry, each), asked, memory, cpus, target.is_asgi), each, memory)
        for each in inquiry.profiles
        if (memory := each.memory)
    ]
    choice, profile, memory = max(
        choices, key=lambda each: (each[0].size.processes, each[0].size.threads)
    )
    needs = needs_for(inquiry, profile)
    wanted = [(target.words(choice.size), choice.size)] if choice.may_be_tried else []
    alone = Size(usual, math.inf) if target.is_asgi else Size(usual, 1, is_pinned=False)
    wanted.append((target.words(alone), alone))
    tried = {shlex.join(words): (words, size) for words, size in wanted + current}
    for each in tried.values():
        inquiry.done.append(prove(inquiry, target, needs, profile, changing, *each))
    refusal, first = choice.refusal, inquiry.done[0]
    if not refusal and first.megabytes > megabytes:
        refusal = f"{first.command} used {first.megabytes:.0f} MB, of {megabytes:.0f}."
    if not inquiry.known().fits or refusal:
        return inquiry.known(None, *filter(None, [refusal]))
    why = reasons(choice, needs, memory, cpus)
    proved = f"predicted {first.low:.1f} to {first.high:.1f} requests/s with {first.users} users, "
    proved += f"measured {first.measured:.1f}, with {first.megabytes:.0f} MB"
    lines = [
        f"python -m compare size {target.app} --path {profile.path}, {inquiry.conditions.date}"
    ]
    lines.append(proved)
    written = inquiry.scratch / file_for(first.command)
    written.write_text(text_of(choice, why, first.command, lines), encoding="utf-8")
    return inquiry.known(first.command, *(f"{name}: {each}" for name, each in why.items()))


def needs_for(inquiry: Inquiry, profile: Profile) -> Needs:
    return needs_of(
        profile.ladder, profile.seconds, profile.cpu_seconds or 0.0, profile.why, profile.holds,
        inquiry.slower, profile.locust_seconds,
    )  # fmt: skip


def users_for(inquiry: Inquiry, needs: Needs, size: Size) -> int:
    """Return how many users fill a configuration: twice its slots, or those at its knee."""
    asked: int | None = inquiry.options.users
    if asked:
        return asked
    slots = size.slots(needs)
    if math.isinf(slots):
        slots = max(bound(needs, size, 10**9, inquiry.cpus) * needs.seconds, 2 * size.processes)
    return round(min(max(2 * slots, 2), MOST_PROOF_USERS))


def prove(
    inquiry: Inquiry,
    target: Target,
    needs: Needs,
    profile: Profile,
    changing: dict[str, Any],
    words: list[str],
    size: Size,
) -> Configuration:
    """Measure a configuration; once more where other programs have spoiled it."""
    users = users_for(inquiry, needs, size)
    low, high = interval(needs, size, users, inquiry.cpus)
    shown = shlex.join(words)
    for is_last in (False, True):
        inquiry.display.say(f"{users} users: {shown}")
        climbed = Climb()
        with target.serving(words, inquiry.scratch, size) as (pid, port):
            request = Request("127.0.0.1", port, profile.path, **changing)
            climb(
                request, pid, Rungs(users, users, SHORTEST_PROOF), needs.seconds, users / low,
                inquiry.display, inquiry.scratch, lambda rung: None, climbed,
            )  # fmt: skip
        [rung] = climbed.rungs
        fits = low <= rung.requests_per_second <= high and not rung.error
        if fits or rung.other_cpu <= OTHERS or is_last:
            break
        inquiry.display.say(f"{told_of_others(rung.other_cpu)}, so it is measured again")
    return Configuration(
        shown, round(low, 3), round(high, 3), rung.requests_per_second, fits, profile.path, users,
        round(climbed.most_mb, 1), rung.error, rung.other_cpu,
    )  # fmt: skip


KIND = Kind(
    "size",
    "find what holds the requests of your application, and its configuration",
    Sizing,
    add_size,
    measure,
    lambda plan, subject: 0,  # told when one request has been timed
    refuse,
    plan=lambda options, subjects: Plan(options.highest, seconds=0, workers=1),
    subjects=lambda options: [],
)
