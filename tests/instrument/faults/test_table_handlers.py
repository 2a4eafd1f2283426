"""Every cell of chapter 7's table, asked anew of the real servers."""

import pytest

from burst import burst
from instrument.faults import table_handlers
from instrument.faults.fixtures import launched, whole
from instrument.faults.table_handlers import BARE_GTHREAD, GTHREAD, SYNC
from tests.support.machine import taken_again

SETUPS = table_handlers.setups()
IDS = [f"{each[0].app} on {each[0].shown.strip('`')}" for each in SETUPS]


@pytest.mark.measures(seconds=5)
@pytest.mark.parametrize("setup", SETUPS, ids=IDS)
@taken_again
def test_a_process_works_on_as_many_as_the_table_says(setup):
    saved = table_handlers.TABLE.saved()["cells"]
    assert table_handlers.try_all(setup) == {handler.row: saved[handler.row] for handler in setup}


def test_each_cell_follows_from_the_one_beside_it():
    """As many as are in progress are answered each second."""
    for row, cell in table_handlers.TABLE.saved()["cells"].items():
        assert cell["first"] == 1, row
        assert cell["last"] == -(-cell["clients"] // cell["in_progress"]), row


@pytest.mark.measures(seconds=6)
@pytest.mark.parametrize(
    ("server", "first_second", "last"),
    [(SYNC, 4, {3}), (BARE_GTHREAD, 4, range(3, 13)), (GTHREAD, 12, {1})],
    ids=["sync", "gthread", "gthread --threads"],
)
@taken_again
def test_gthread_needs_its_threads_as_the_front_page_says(server, first_second, last):
    """Four workers, twelve requests; without `--threads` a worker holds one, as under sync."""
    apps = {"wsgi": "frameworks.with_flask:app"}
    with launched(server, workers=4, apps=apps) as run:
        seconds, kinds = burst(12, "127.0.0.1", run.port, "/def")
    assert kinds == {"answered with 200": 12}
    assert sum(each < 2 for each in seconds) <= first_second
    assert whole(seconds[-1]) in last
