import json
from dataclasses import replace

import pytest
from rich.console import Console

from compare.figure import draw
from compare.measure import Result
from compare.report import Comparison, Conditions, from_json, sentences, table, to_json

SYNC = Result(
    name="sync",
    interface="wsgi",
    app="wsgi.slow_app:app",
    command="gunicorn wsgi.slow_app:app",
    users=20,
    workers=4,
    steady_seconds=15.0,
    requests=60,
    failures=0,
    requests_per_second=3.98,
    ceiling=4.0,
    median_ms=5004.4,
    p95_ms=5010.0,
)
LOOP = replace(SYNC, name="loop", requests_per_second=19.9, ceiling=20.0, median_ms=1001.0)
CONDITIONS = Conditions.here_and_now(users=20, seconds=15, workers=4)


def lines(*results):
    console = Console(force_terminal=False, width=80)
    with console.capture() as capture:
        console.print(table(Comparison(CONDITIONS, results)))
    return capture.get().splitlines()


def test_table_fits_80_columns_in_plain_text():
    shown = lines(SYNC, LOOP)
    assert shown[-2].split() == ["sync", "3.98", "4.00", "0.995", "5004", "5010", "0"]
    assert shown[-1].split()[:4] == ["loop", "19.90", "20.00", "0.995"]
    assert max(map(len, shown)) <= 80
    assert "\x1b" not in "".join(shown)


def test_sentence_says_how_many_times_as_many():
    assert sentences(Comparison(CONDITIONS, (SYNC, LOOP))) == [
        "With the same 4 processes, loop answered 5.0 times as many requests as sync."
    ]


def test_a_short_run_and_failures_are_marked():
    short = replace(SYNC, steady_seconds=7.9, failures=3)
    told = " ".join(sentences(Comparison(CONDITIONS, (short,))))
    assert "too short" in lines(short)[-1]
    assert "too short to judge" in told
    assert "sync: 3 of 60 requests failed" in told


def test_json_is_read_back_as_it_was():
    comparison = Comparison(CONDITIONS, (SYNC, LOOP))
    assert from_json(to_json(comparison)) == comparison
    assert json.loads(to_json(comparison)).keys() == {"conditions", "results"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"conditions": {}, "results": []}'])
def test_what_is_not_a_comparison_is_refused(text):
    with pytest.raises(ValueError):
        from_json(text)


def test_picture_is_the_same_for_the_same_data():
    comparison = Comparison(CONDITIONS, (SYNC, LOOP))
    assert draw(comparison) == draw(comparison)
    assert draw(comparison) != draw(Comparison(CONDITIONS, (LOOP, SYNC)))
    assert draw(comparison).startswith("<?xml")
