"""What all programs that readers type share: their numbers, open files, and an end in one line."""

import argparse
import importlib
import os
import sys

import pytest

import command_line
from instrument import cli
from instrument.edges.processes import ROOT
from instrument.exercises import cli as exercises
from tests.support.commands import one_line, run
from tests.support.moody_server import moody_server

URL = "http://127.0.0.1:9/"
NUMBERS = [
    *["0", "-1", "+8", "8.5", "1e3", "nan", "many", "1_0", "08", "٣"],
    "",
    " 8",
    "8\n",
    "8" * 5000,
]
LONG = "0000000109999999"  # its first nine digits are 10
TYPED = [  # what is typed, with {} for a number
    *(f"compare run --{option} {{}}" for option in ("users", "seconds", "workers", "processes")),
    "compare run --port {}",
    "compare sweep --users {}",
    "compare timeline --users {}",
    "compare mending --seconds {}",
    *(f"compare lab --{option} {{}}" for option in ("users", "port", "web-port", "spawn-rate")),
    "exercises hint {}",
    "burst {} " + URL,
    "connections.idle_client --port {}",
    "connections.late_client --port {}",
    "connections.late_client --idle {}",
    "connections.websocket_client hello --port {}",
    "production.slow_client {}",
    "production.slow_client 4 --seconds {}",
    "production.slow_client 4 --port {}",
    "frameworks.ask_while_busy {} " + URL + " /",
    "frameworks.count_workers {}",
    "frameworks.same_queue {} /1",
    "frameworks.shared_memory {}",
    "wsgi.wsgiref_server {} wsgi.app:app",
    "instrument.benchmark.__main__ --rounds {}",
    "instrument.benchmark.__main__ --seconds {}",
]


@pytest.mark.parametrize("text", [*NUMBERS, LONG, "201"])
def test_what_is_no_whole_number_in_its_bounds_is_said_in_a_short_line(text):
    with pytest.raises(argparse.ArgumentTypeError) as error:
        command_line.whole_number(1, 200)(text)
    assert "is not a whole number from 1 to 200" in str(error.value)
    assert len(str(error.value)) < 100


def test_both_bounds_are_included():
    assert [command_line.whole_number(0, 200)(text) for text in ("0", "8", "200")] == [0, 8, 200]


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("number", [LONG, "1999999", "٣"])
def test_each_program_refuses_a_bad_number(typed, number, monkeypatch, capsys):
    program, *arguments = typed.format(number).split(" ")
    monkeypatch.setattr(sys, "argv", [program, *arguments])
    main = {"compare": cli.main, "exercises": exercises.main}.get(program)
    with pytest.raises(SystemExit) as end:
        (main or importlib.import_module(program).main)()
    said = capsys.readouterr().err.splitlines()[-1]
    assert end.value.code == 2
    assert f"'{number}' is not a whole number from " in said


def in_shell(before, *words, after="", **options):
    """Run a Python program in a shell that first does what comes before."""
    script = f'{before}; exec "$@" {after}'
    return run("bash", "-c", script, "bash", sys.executable, *words, **options)


@pytest.mark.parametrize(
    ("after", "said"),
    [(">&-", "standard output is closed"), (">/dev/full", "can't write: No space left on device")],
)
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("-m compare show docs/timeline.json", "compare: "),
        ("-m exercises hint 2", "exercises: "),
        ("burst.py 2 {}", ""),
    ],
)
def test_output_that_can_not_be_written_is_one_line(typed, name, after, said):
    with moody_server() as url:
        done = in_shell(":", *typed.format(url).split(), after=after)
    assert one_line(done) == name + said


def test_a_closed_input_is_no_terminal():
    done = in_shell(":", "-m", "compare", "predict", after="<&-")
    assert one_line(done) == "compare: predict asks you, and so needs a terminal"


def test_a_full_disk_is_said_before_measuring(tmp_path):
    arguments = "-m", "compare", "run", "sync", "--users", 1, "--seconds", 1, "--output", tmp_path
    done = in_shell("ulimit -f 512", *arguments)
    assert one_line(done) == f"compare: can't write to {tmp_path}: File too large"
    assert done.stdout == "" and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "words",
    [
        ("burst.py", 300, URL),
        ("-m", "production.slow_client", 300),
        ("-m", "compare", "run", "--users", 300),
        ("-m", "compare", "lab", "--users", 300),
    ],
    ids=lambda words: words[-3],
)
def test_too_few_open_files_are_said_before_anything_begins(words):
    done = in_shell("ulimit -n 256", *words)
    assert " open files are needed, and 256 are allowed in this terminal: " in one_line(done)
    assert done.stderr.endswith("type ulimit -n 2048 there first\n")
    assert done.stdout == ""


def test_a_limit_that_may_be_raised_is_raised():
    with moody_server() as url:
        done = in_shell("ulimit -S -n 64", "burst.py", 80, url + "/?well")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1, "nothing was lost"


def test_a_locale_without_the_letter_is_no_traceback(tmp_path):
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    script = "import sys, command_line; sys.exit(command_line.run(lambda: print('Gr\\xfc\\xdfe')))"
    done = run(sys.executable, "-c", script, env={**os.environ, **plain}, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "Gr\\xfc\\xdfe\n", "")
