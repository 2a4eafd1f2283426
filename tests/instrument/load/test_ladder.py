"""What one user's answers say against the arithmetic."""

from dataclasses import replace

import pytest

from instrument.load.ladder import OneUser

ALIKE = OneUser([0.05] * 9, 0.001, 0.05, [1000] * 9, 0.0, (20.0, 30.0))


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        ({"seconds": [*ALIKE.seconds, 0.2]}, "The slowest of 10 requests took 0.200 s, the median"),
        ({"first": 1.0}, "The first request took 1.000 s, and does not count."),
        ({"bytes": [1000, 1500, 2000]}, "Its answers grow, from 1,000 to 2,000 bytes: "),
        ({"growth_mb": 1.0}, "Memory grew by 1.0 MB with each request: look for a leak, "),
    ],
)
def test_what_makes_the_arithmetic_doubtful_is_told(seen, told):
    assert ALIKE.notes() == []
    [note] = replace(ALIKE, **seen).notes()
    assert note.startswith(told)
