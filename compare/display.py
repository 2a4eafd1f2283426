"""What the user sees while it works."""

from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from compare.servers import Server


class Display:
    """Shows what runs now and what remains: a moving bar on a terminal, else a line a server."""

    def __init__(self, console: Console, servers: list[Server], seconds_each: float):
        self.console = console
        self.names = [server.name for server in servers]
        self.seconds_each = seconds_each
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("", total=len(servers) * seconds_each)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(self, *_) -> None:
        self.bar.stop()

    def say(self, text: str = "") -> None:
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def begin(self, server: Server, *commands: str) -> None:
        number = self.names.index(server.name)
        place = f"{number + 1} of {len(self.names)}: {server.name}"
        rest = ", ".join(self.names[number + 1 :])
        self.bar.update(self.task, description=f"{place}, then {rest}" if rest else place)
        self.say(place)
        for command in commands:
            self.say(f"  $ {command}")

    def advance(self, server: Server, seconds: float) -> None:
        done = self.names.index(server.name) * self.seconds_each
        self.bar.update(self.task, completed=done + min(seconds, self.seconds_each))
