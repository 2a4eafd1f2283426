"""Signals that ask to stop are noted; whatever waits asks whether one has come."""

import signal


class Interrupted(Exception):
    """Ctrl-C, or a signal that asks to stop; the exit status is 128 + its number."""

    def __init__(self, number: int):
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.number = number
        self.exit_status = 128 + number


_noted: list[int] = []


def note() -> None:
    """From now on, note signals that ask to stop, in place of being stopped by them."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: _noted.append(number))


def came() -> bool:
    """Return whether the user has asked to stop."""
    return bool(_noted)


def check() -> None:
    """Raise Interrupted when the user has asked to stop."""
    if _noted:
        raise Interrupted(_noted[0])
