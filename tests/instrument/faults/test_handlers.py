"""Every cell of chapter 7's table, asked anew of the real servers."""

import pytest

from instrument.faults import handlers
from instrument.faults.handlers import Found
from tests.support.machine import taken_again

SETUPS = handlers.setups()
IDS = [f"{each[0].app} on {each[0].shown.strip('`')}" for each in SETUPS]


@pytest.mark.measures(seconds=10)
@pytest.mark.parametrize("setup", SETUPS, ids=IDS)
@taken_again
def test_a_process_works_on_as_many_as_the_table_says(setup):
    saved = handlers.TABLE.saved()["cells"]
    assert handlers.try_all(setup) == {handler.row: saved[handler.row] for handler in setup}


def test_each_cell_follows_from_the_one_beside_it():
    """As many as are in progress are answered each second."""
    for row, cell in handlers.TABLE.saved()["cells"].items():
        found = Found(**cell)
        assert found.first == 1, row
        assert found.last == -(-found.clients // found.in_progress), row
