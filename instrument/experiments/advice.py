"""From an application to a configuration: one user, the ladder, a prediction, its proof, the answer."""

import math
import shlex
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import psutil

from instrument.arithmetic.answer import Asked, Memory, choose, file_for, reasons, text_of
from instrument.arithmetic.measure import OTHERS
from instrument.arithmetic.sizing import Needs, Rung, Size, bound, held_by, interval, needs_of
from instrument.edges.errors import InstrumentError
from instrument.edges.signals import Interrupted
from instrument.experiments.experiment import Kind
from instrument.experiments.result import told_of_others
from instrument.experiments.size import Configuration, Profile, Sizing
from instrument.experiments.size_arguments import add_size
from instrument.load.asking import Request, address_of
from instrument.load.bench import Bench, Plan
from instrument.load.calibration import calibrate
from instrument.load.ladder import SHORTEST_PROOF, Climb, Rungs, climb, one_user
from instrument.load.target import Target, found, parsed
from instrument.servers import Subject

MOST_PROOF_USERS = 128
FREE = 0.8  # of the memory that this machine has left


@dataclass
class Inquiry:
    """What is asked, and what is known so far."""

    bench: Bench
    options: Namespace
    request: Request  # of each user; its port and path differ
    profiles: list[Profile] = field(default_factory=list)
    done: list[Configuration] = field(default_factory=list)

    def known(self, answer: str | None = None, *reasons: str) -> Sizing:
        conditions = self.bench.conditions
        return Sizing(conditions, tuple(self.profiles), tuple(self.done), answer, reasons)

    def say(self, text: str) -> None:
        self.bench.display.say(text)


def checked_options(options: Namespace) -> list[Subject]:
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
    return []


def measure(bench: Bench, options: Namespace) -> Iterator[Sizing]:
    """Yield the answer; or what is known, and raise what was in its way."""
    method = options.method or ("POST" if options.data else "GET")
    request = Request("127.0.0.1", 0, "/", method, tuple(options.header), options.data)
    inquiry = Inquiry(bench, options, request)
    if options.data or method not in ("GET", "HEAD"):
        inquiry.say(f"Each {method} changes data: some thousand requests are sent.")
    try:
        yield of_server(inquiry) if options.url else of_application(inquiry)
    except (Interrupted, InstrumentError):
        if inquiry.profiles:
            yield inquiry.known()
        raise


def of_server(inquiry: Inquiry) -> Sizing:
    """Return what a server holds that runs already."""
    options = inquiry.options
    there = address_of(options.url)
    inquiry.say(f"{options.url}: one user, then the ladder")
    request = replace(inquiry.request, host=there.host, port=there.port, path=there.path)
    add_profile(inquiry, request, options.pid)
    return inquiry.known()


def of_application(inquiry: Inquiry) -> Sizing:
    """Return what one process of an application holds, and the configuration that it needs."""
    options, scratch = inquiry.options, inquiry.bench.scratch
    variables, interface = dict(options.env), options.interface
    target = found(options.app, options.python, options.app_dir, variables, interface, scratch)
    current = [parsed(options.current, target)] if options.current else []
    conditions = inquiry.bench.conditions
    python = target.versions.pop("Python")
    versions = {**target.versions, "locust": conditions.versions["locust"]}
    conditions = replace(conditions, python=python, versions=versions)
    inquiry.bench = replace(inquiry.bench, conditions=conditions)
    threads: int | None = None if target.is_asgi else options.threads or options.highest
    one = Size(1, threads or math.inf, is_pinned=threads != 1)
    for path in options.path or ["/"]:
        words = target.words(one)
        inquiry.say(f"{path}: one process, {shlex.join(words)}")
        with target.started(words, scratch, one) as (pid, port):
            request = replace(inquiry.request, port=port, path=path)
            add_profile(inquiry, request, pid, target.interface, threads)
    if any(each.why == "fails" for each in inquiry.profiles):
        return inquiry.known()
    return sized(inquiry, target, current)


def add_profile(
    inquiry: Inquiry,
    request: Request,
    pid: int | None,
    interface: str | None = None,
    threads: int | None = None,
) -> None:
    """Measure one user and the ladder; what is known when the user stops it is kept, too."""
    display, scratch = inquiry.bench.display, inquiry.bench.scratch
    one = one_user(request, pid, scratch / "server.log" if interface else None)
    rungs = Rungs(1, inquiry.options.highest)
    inquiry.say(f"  1 user: {one.mean:.3f} s a request")
    proofs = 3 * (SHORTEST_PROOF + 8 + 4 * one.mean) if interface else 0
    display.say_how_long(rungs.seconds(one.mean, rungs.highest / 2) + proofs)
    climbed = Climb()

    def told(rung: Rung) -> None:
        cpu = "" if rung.cpu is None else f", CPU {rung.cpu:.2f}"
        failed = f", {rung.error}" if rung.error else ""
        users = "user" if rung.users == 1 else "users"
        inquiry.say(
            f"  {rung.users} {users}: {rung.requests_per_second:.1f} requests/s{cpu}{failed}"
        )

    try:
        for is_last in (False, True):
            climbed = Climb()
            climb(request, pid, rungs, one.mean, 2 * one.mean, display, scratch, told, climbed)
            others = climbed.rungs[-1].other_cpu
            if others <= OTHERS or is_last:
                break
            inquiry.say(f"{told_of_others(others)}, so the ladder is climbed again")
    finally:
        if ladder := climbed.rungs:
            alone = ladder[0].requests_per_second
            seconds = min(one.mean, 1 / alone if alone else one.mean)  # the less disturbed one
            why, holds = held_by(ladder, seconds)
            cpu, memory = one.cpu(ladder), None
            if pid is not None:
                master, process = one.memory
                grown = max(0.0, climbed.most_mb - master - process)
                memory = Memory(master, process, round(grown / ladder[-1].users, 2))
            inquiry.profiles.append(
                Profile(
                    path=request.path,
                    seconds=round(seconds, 5),
                    cpu_seconds=None if cpu is None else round(cpu, 6),
                    ladder=tuple(ladder),
                    why=why,
                    holds=holds,
                    interface=interface,
                    threads=threads,
                    locust_seconds=round(climbed.generator, 6),
                    memory=memory,
                    notes=tuple(one.notes()),
                )
            )


def sized(inquiry: Inquiry, target: Target, current: list[tuple[list[str], Size]]) -> Sizing:
    """Predict for the path that needs most, prove it, and answer."""
    options, scratch = inquiry.options, inquiry.bench.scratch
    cpus = inquiry.bench.conditions.cpus
    slower = calibrate(scratch) / calibrate(scratch, 1)
    megabytes = options.memory or FREE * psutil.virtual_memory().available / 1e6
    asked = Asked(options.rate, options.users, options.highest, options.threads, megabytes)
    choices = []
    for each in inquiry.profiles:
        if memory := each.memory:
            needs = needs_for(each, slower)
            choices.append(
                (choose(needs, asked, memory, cpus, target.is_asgi), each, needs, memory)
            )
    choice, profile, needs, memory = max(
        choices, key=lambda each: (each[0].size.processes, each[0].size.threads)
    )
    usual = 2 * cpus + 1
    alone = Size(usual, math.inf) if target.is_asgi else Size(usual, 1, is_pinned=False)
    sizes = [choice.size, alone] if choice.may_be_tried else [alone]
    wanted = [(target.words(size), size) for size in sizes]
    tried = {shlex.join(words): (words, size) for words, size in wanted + current}
    for words, size in tried.values():
        inquiry.done.append(prove(inquiry, target, needs, profile.path, words, size))
    refusal, first = choice.refusal, inquiry.done[0]
    if not refusal and first.megabytes > megabytes:
        refusal = f"{first.command} used {first.megabytes:.0f} MB, of {megabytes:.0f}."
    if not inquiry.known().fits or refusal:
        return inquiry.known(None, *filter(None, [refusal]))
    why = reasons(choice, needs, memory, cpus)
    asked_for = f"python -m compare size {target.app} --path {profile.path}"
    proved = f"predicted {first.low:.1f} to {first.high:.1f} requests/s with {first.users} users, "
    proved += f"measured {first.measured:.1f}, with {first.megabytes:.0f} MB"
    lines = [f"{asked_for}, {inquiry.bench.conditions.date}", proved]
    written = scratch / file_for(first.command)
    written.write_text(text_of(choice, why, first.command, lines), encoding="utf-8")
    return inquiry.known(first.command, *(f"{name}: {each}" for name, each in why.items()))


def needs_for(profile: Profile, slower: float) -> Needs:
    """Return what a request needs, where CPUs are so many times slower when all of them compute."""
    return needs_of(
        profile.ladder, profile.seconds, profile.cpu_seconds or 0.0, profile.why, profile.holds,
        slower, profile.locust_seconds,
    )  # fmt: skip


def users_for(asked: int | None, needs: Needs, size: Size, cpus: int) -> int:
    """Return how many users fill a configuration: twice its slots, or those at its knee."""
    if asked:
        return asked
    slots = size.slots(needs)
    if math.isinf(slots):
        slots = max(bound(needs, size, 10**9, cpus) * needs.seconds, 2 * size.processes)
    return round(min(max(2 * slots, 2), MOST_PROOF_USERS))


def prove(
    inquiry: Inquiry, target: Target, needs: Needs, path: str, words: list[str], size: Size
) -> Configuration:
    """Measure a configuration; once more where other programs have spoiled it."""
    display, scratch = inquiry.bench.display, inquiry.bench.scratch
    cpus = inquiry.bench.conditions.cpus
    users = users_for(inquiry.options.users, needs, size, cpus)
    low, high = interval(needs, size, users, cpus)
    rungs, latency = Rungs(users, users, SHORTEST_PROOF), users / low
    command = shlex.join(words)
    for is_last in (False, True):
        inquiry.say(f"{users} users: {command}")
        climbed = Climb()
        with target.started(words, scratch, size) as (pid, port):
            request = replace(inquiry.request, port=port, path=path)
            climb(
                request, pid, rungs, needs.seconds, latency, display, scratch, lambda rung: None,
                climbed,
            )  # fmt: skip
        [rung] = climbed.rungs
        fits = low <= rung.requests_per_second <= high and not rung.error
        if fits or rung.other_cpu <= OTHERS or is_last:
            break
        inquiry.say(f"{told_of_others(rung.other_cpu)}, so it is measured again")
    return Configuration(
        command, round(low, 3), round(high, 3), rung.requests_per_second, fits, path, users,
        round(climbed.most_mb, 1), rung.error, rung.other_cpu,
    )  # fmt: skip


KIND = Kind(
    "size",
    "find what holds the requests of your application, and its configuration",
    Sizing,
    add_size,
    measure,
    lambda plan, subject: 0,  # told when one request has been timed
    checked_options,
    lambda options, subjects: Plan(options.highest, seconds=0, workers=1),
)
