"""The benchmark of frameworks: what its table says, and where its numbers go."""

import json

import pytest

from instrument.benchmark import __main__ as program
from instrument.edges.processes import ROOT
from tests.support.commands import not_made, one_line, run, run_module


def rounds(*rates, others=0.0):
    return [
        {
            name: {
                call: {"rate": rate / (1 + place), "cpu_ms": 0.5, "others": others}
                for call in program.CALLS
            }
            for place, name in enumerate(program.FRAMEWORKS)
        }
        for rate in rates
    ]


@pytest.mark.parametrize("text", ["{}", "[", '{"rounds": [1]}'])
def test_a_file_of_something_else_is_said_in_a_line(text, tmp_path):
    file = tmp_path / "file.json"
    file.write_text(text, "utf-8")
    done = run_module("instrument.benchmark", file)
    assert one_line(done) == f"benchmark: can't read {file}: it is not what the benchmark wrote"


@pytest.mark.parametrize(("options", "folder"), [([], "results"), (["--write"], "docs")])
def test_only_write_changes_what_is_kept(options, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.setattr(program, "measure", lambda *_: rounds(10)[0]["Flask, gthread"])
    monkeypatch.setattr(program, "lacking", lambda _: "")
    monkeypatch.setattr("sys.argv", ["benchmark", "--rounds", "2", *options])
    program.main()
    [written] = tmp_path.rglob("*.json")
    assert written == tmp_path / folder / "benchmark.json"
    assert len(json.loads(written.read_text("utf-8"))["rounds"]) == 2
    assert capsys.readouterr().out.endswith(f"{folder}/benchmark.json\n")


@pytest.mark.parametrize(
    "target", ["compare", "sweep", "timeline", "crowd", "predict", "benchmark", "figures"]
)
def test_what_a_participant_measures_goes_to_results(target):
    """What `make` would run names no other folder, and does not ask to write."""
    make = "make", "--dry-run", "--assume-old", ".venv/installed", target
    commands = run(*make, env=not_made()).stdout
    assert " -m " in commands
    words = commands.replace("results/", "results ").replace("=", " ").split()
    assert "--write" not in words
    assert not [word for word in commands.split() if word.startswith("docs")]


def test_the_chapter_says_what_each_saved_round_shows():
    first, *_ = program.FRAMEWORKS
    orders = {
        call: [
            sorted(one, key=lambda name: -one[name][call]["rate"])
            for one in json.loads((ROOT / "docs" / program.NAME).read_text("utf-8"))["rounds"]
        ]
        for call in program.CALLS
    }
    assert {each[0] for order in orders.values() for each in order} == {"no framework, threads"}
    assert {(each[1], each[-1]) for each in orders["GET"]} == {(first, "FastAPI, async driver")}
    changing = {tuple(each[2:-1]) for each in orders["GET"]}
    assert len(changing) == 2, "FastAPI with threads and Flask change places"
    assert len({tuple(each) for each in orders["POST"]}) > 1
