"""Reads a README's blocks, and compares what they show with what was printed: no edges."""

import re
import shlex
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches

from markdown_it import MarkdownIt

CONSOLE = [  # which annotations go together
    {"server", "run", "needs", "unasked"},
    {"log", "within"},
    {"stop"},
    {"exempt"},
    {"status", "limit", "needs", "python"},
    {"run", "within", "ratios", "limit", "needs", "python"},
]
QUOTED = [{"file"}, {"excerpt"}]
ALLOWED = {"console": CONSOLE, "python": QUOTED, "toml": QUOTED, "nginx": QUOTED}
REASONS = {"windows", "install", "tests"}
CONTROL = "[INFO] Control socket listening at"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NOTE = re.compile(r"<!--\s*(stop|gone|anew)(?: ([\w-]+))?\s*-->")


@dataclass(frozen=True)
class Edit:
    """Lines of a README, counted from 1, and what should stand in their place."""

    first: int
    count: int
    lines: list[str]


class PageError(Exception):
    """What a README gets wrong, the edits that put some of it right, and what they leave."""

    def __init__(self, message: str, *edits: Edit, left: str | None = None):
        super().__init__(message)
        self.edits = edits
        self.left = left if left is not None or edits else message


@dataclass
class Command:
    """A command of a block, the lines shown below it, and where these begin in the README."""

    text: str
    line: int
    shown: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class PageStep:
    """A block, or a comment: a server is stopped, or has ended by itself, or the tests begin anew."""

    line: int
    language: str
    options: dict[str, str] = field(default_factory=dict)
    text: str = ""

    @property
    def commands(self):
        """Return the commands: each line that starts with a prompt, and what is shown below it."""
        found = []
        for line, text in enumerate(self.text.splitlines(), start=self.line + 1):
            if text.startswith("$ "):
                found.append(Command(text[2:], line + 1))
            elif text.startswith("> ") and found and not found[-1].shown:
                found[-1].text += "\n" + text[2:]
                found[-1].line += 1
            elif found:
                found[-1].shown.append(text)
            else:
                raise PageError(f"output before any command: {text}")
        return found

    @property
    def title(self):
        first = self.text.splitlines()[0] if self.text else ""
        return " ".join([self.language, *self.options, first])


def steps(text):
    """Return the steps of a README in order; raise PageError for one that nothing would test."""
    found = []
    for token in MarkdownIt("commonmark").parse(text):
        line = (token.map[0] if token.map else 0) + 1
        if token.type == "code_block":
            raise PageError(f"line {line}: an indented block is never run: fence and label it")
        if token.type == "html_block" and re.search(r"```|~~~|<pre", token.content):
            raise PageError(f"line {line}: a block inside HTML is never run")
        if token.type == "fence":
            found.append(step_of_fence(token, line))
        html = [each for each in (token, *(token.children or ())) if each.type.startswith("html_")]
        for what, name in (note for each in html for note in NOTE.findall(each.content)):
            found.append(PageStep(line, "console", {what: name}))
    return found


def commands(text):
    """Return the commands of a README, also those of blocks that are exempt."""
    blocks = [step for step in steps(text) if step.language == "console"]
    asked = [step for step in blocks if not {"log", "stop"} & set(step.options)]
    return [command for step in asked for command in step.commands]


def parts(every):
    """Return the steps in parts, of which each can be done without those before it."""
    found = [[]]
    for step in every:
        if "anew" in step.options:
            found.append([])
        else:
            found[-1].append(step)
    return found


def step_of_fence(token, line):
    if token.level:
        raise PageError(f"line {line}: a block in a list or a quotation: begin it at the margin")
    language, *words = shlex.split(token.info) or [""]
    if language not in ALLOWED:
        raise PageError(f"line {line}: a block labelled {language!r} is never run")
    options = dict(word.partition("=")[::2] for word in words)
    if not any(set(options) <= together for together in ALLOWED[language]):
        raise PageError(f"line {line}: annotations that don't go together: {', '.join(options)}")
    if language != "console" and not options:
        raise PageError(f"line {line}: name the file: file=… or excerpt=…")
    if not token.content.strip():
        raise PageError(f"line {line}: an empty block")
    if "ratios" in options and "within" not in options:
        raise PageError(f"line {line}: ratios goes with within")
    if options.get("exempt", "windows") not in REASONS:
        raise PageError(f"line {line}: exempt only for {', '.join(sorted(REASONS))}")
    if not re.fullmatch(r"3\.\d+", options.get("python", "3.11")):
        raise PageError(f"line {line}: python names a version, such as 3.14")
    step = PageStep(line, language, options, token.content)
    if "stop" in options and not token.content.startswith("^C\n"):
        raise PageError(f"line {line}: show ^C first")
    commands = step.commands if language == "console" and not {"log", "stop"} & set(options) else []
    if {"server", "run"} & set(options) and len(commands) != 1:
        raise PageError(f"line {line}: one command, no more, goes with this annotation")
    return step


def same_line(shown, printed, **tolerance):
    """Return whether a line was printed as shown: ... stands for anything, numbers may be near."""
    shown, printed = shown.rstrip(), printed.rstrip()  # what nobody sees
    if not tolerance:
        pattern = ".*".join(re.escape(part) for part in shown.split("..."))
        return re.fullmatch(pattern, printed) is not None
    shown, printed = (re.sub("─+", "─", " ".join(each.split())) for each in (shown, printed))
    anything = "\0"
    pattern = re.escape(NUMBER.sub(anything, shown)).replace(re.escape("..."), ".*")
    match = re.fullmatch(
        pattern.replace(re.escape(anything), f"(?<!\\d)({NUMBER.pattern})(?!\\d)"), printed
    )
    if not match:
        return False
    return all(
        near(wanted, got, **tolerance)
        for wanted, got in zip(NUMBER.findall(shown), match.groups(), strict=True)
    )


def unmarked(lines):
    """Return a table of measurements without the stars of those during which others used the CPUs.

    Other tests run beside. What a star warns of, a wrong number, is what the bounds are for.
    """
    told = re.compile(r"\* ([\w-]+): (?:other programs used|a process that|Locust woke) .*")
    names = {mark[1] for mark in map(told.fullmatch, lines) if mark}
    return [
        re.sub(r"^([\w-]+)\*", lambda row: row[1] if row[1] in names else row[0], line)
        for line in lines
        if not told.fullmatch(line)
    ]


def settled(printed, shown):
    """Return what a server printed without the line that a thread of it prints at any moment.

    That is the one on gunicorn's control socket; it stays where it is shown.
    """
    if any(CONTROL in line for line in shown):
        return printed
    return [line for line in printed if CONTROL not in line]


def near(wanted, got, within=None, ratios=None, seconds=None):
    """Return whether a number is near the shown one: by a share of it, or by so many seconds.

    One of three decimals is held to the ratios, where there are any.
    """
    if ratios and re.fullmatch(r"\d\.\d{3}", wanted):
        return all(ratios[0] <= float(number) <= ratios[1] for number in (wanted, got))
    allowed = within * float(wanted) if seconds is None else seconds
    return abs(float(got) - float(wanted)) <= allowed


def ends(shown, printed, **tolerance):
    """Return after how many of the printed lines all that is shown may have been printed."""
    places, printed = {0}, settled(printed, shown)
    for line in shown:
        if line.strip() == "...":
            places = set(range(min(places, default=len(printed) + 1), len(printed) + 1))
        else:
            places = {
                place + 1
                for place in places
                if place < len(printed) and same_line(line, printed[place], **tolerance)
            }
    return places


def difference(shown, printed, **tolerance):
    """Return only the lines that differ, as "- shown" and "+ printed"; empty when all is well."""
    printed = settled(printed, shown)
    if len(printed) in ends(shown, printed, **tolerance):
        return []
    unmet, told = list(printed), []
    alike = []  # what is shown, with the printed line in place of each that stands for it
    for line in shown:
        met = [each for each in unmet if same_line(line, each, **tolerance)]
        if met and line.strip() != "...":
            unmet.remove(met[0])
            line = met[0]
        alike.append(line)
    matcher = SequenceMatcher(None, alike, printed, autojunk=False)
    for what, first, last, begin, end in matcher.get_opcodes():
        if what != "equal":
            missing = [line for line in shown[first:last] if line.strip() != "..."]
            told += [f"- {line}" for line in missing]
            if len(missing) == last - first:  # no "..." stands for what was printed here
                told += [f"+ {line}" for line in printed[begin:end]]
    if any(line.startswith("+") for line in told):
        return told
    every = []  # with the most similar line, which "..." may have swallowed
    for line in told:
        every += [line, *(f"+ {other}" for other in get_close_matches(line, printed, 1, 0.4))]
    return every


def edits_of(shown, printed, first, **tolerance):
    """Return the edit that shows what was printed; none for what "..." or a tolerance leaves open."""
    if tolerance or any("..." in line for line in shown):
        return []
    if any(line.startswith(("$ ", "> ", "```")) for line in printed):  # what would be no output
        return []
    return [Edit(first, len(shown), [line.rstrip() for line in printed])]


def edited(text, edits):
    """Return a README's text with some of its lines replaced."""
    lines = text.splitlines(keepends=True)
    for edit in sorted(edits, key=lambda edit: edit.first, reverse=True):
        start = edit.first - 1
        lines[start : start + edit.count] = [f"{line}\n" for line in edit.lines]
    return "".join(lines)


def stands_for(shown, run):
    """Return whether a command may be run in place of the shown one: only numbers differ."""
    words = iter(shlex.split(run))
    return all(word in words for word in shlex.split(shown) if not re.search(r"\d", word))
