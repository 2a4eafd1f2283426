"""What the user sees while it works."""

from collections.abc import Iterable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn


class Display:
    """Shows what runs now and what remains: a moving bar on a terminal, else a line a server."""

    def __init__(self, console: Console, names: Iterable[str]):
        self.console = console
        self.names = list(names)
        self.begun = 0
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def say(self, text: str = "") -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def begin(self, name: str, seconds: float, *commands: str) -> None:
        """Show which server comes now, how long it is asked, and its commands."""
        self.begun += 1
        place = f"{self.begun} of {len(self.names)}: {name}"
        rest = ", ".join(self.names[self.begun :])
        then = f", then {rest}" if rest else ""
        self.bar.reset(self.task, total=seconds, description=place + then)
        self.say(place)
        for command in commands:
            self.say(f"  $ {command}")

    def advance(self, seconds: float) -> None:
        """Show for how long the current server has been asked."""
        self.bar.update(self.task, completed=seconds)
