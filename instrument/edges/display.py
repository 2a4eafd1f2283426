"""What the user sees while it works, and of what was measured."""

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

WIDEST_TABLE = 1000  # columns; a narrower terminal wraps it, and nothing is cut off

LONG_SECONDS = 60  # what takes as long says so beforehand


class Display:
    """Shows what runs now and what remains: a moving bar on a terminal, else a line a server."""

    def __init__(self, names: Iterable[str] = ()):
        self.names = list(names)
        terminal = sys.stdout.isatty()  # plain text where it is none, whatever is set
        self.wide = Console(force_terminal=terminal, width=WIDEST_TABLE)
        os.environ.pop("COLUMNS", None)  # or rich takes it for the width, which may have changed
        self.console = Console(force_terminal=terminal)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not terminal,
        )
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def say(self, text: str = "") -> None:
        self.console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)

    def tell(self, lines: Iterable[Table | str]) -> None:
        """Print what an experiment tells, when nothing is left to run."""
        self.bar.stop()
        for each in lines:
            if isinstance(each, Table):
                with self.wide.capture() as table:
                    self.wide.print(each)
                self.console.out(table.get(), end="", highlight=False)
            else:
                self.say(each)

    def begin(self, name: str, seconds: float, *commands: Sequence[str]) -> None:
        """Show which server comes now, how long it is asked, and its commands."""
        place = f"{self.names.index(name) + 1} of {len(self.names)}: {name}"
        self.bar.reset(self.task, total=seconds, description=place)
        self.say(place)
        for command in commands:
            self.say(f"  $ {shlex.join(command)}")

    def say_how_long(self, seconds: float) -> None:
        """Say beforehand how long it takes, if that is long."""
        if seconds >= LONG_SECONDS:
            minutes, rest = divmod(round(seconds), 60)
            self.say(f"This takes about {minutes}:{rest:02} minutes.")

    def advance(self, seconds: float) -> None:
        """Show for how long the current server has been asked."""
        self.bar.update(self.task, completed=seconds)
