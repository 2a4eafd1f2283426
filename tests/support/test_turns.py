from contextlib import ExitStack
from itertools import product

import pytest

from tests.support.turns import AGAINST, HELD, begins, turn


@pytest.mark.parametrize(("first", "second"), list(product(AGAINST, repeat=2)))
def test_a_test_that_runs_keeps_out_what_must_not_run_beside_it(first, second, tmp_path):
    def second_begins():
        with (tmp_path / second).open("w") as own:
            return begins(second, own, tmp_path)

    with turn(first, tmp_path):
        assert second_begins() is (first not in AGAINST[second])
    assert second_begins()


def test_every_kind_is_kept_out_by_those_that_it_keeps_out():
    for kind, others in AGAINST.items():
        assert all(kind in AGAINST[other] for other in others)


@pytest.mark.parametrize("kind", ["quiet", "steady", "restless"])
def test_tests_of_one_kind_run_side_by_side(kind, tmp_path):
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(turn(kind, tmp_path))


def test_a_restless_test_keeps_its_turn_while_it_runs(restless):
    assert "restless" in HELD


def test_a_steady_test_keeps_its_turn_while_it_runs(steady):
    assert "steady" in HELD
