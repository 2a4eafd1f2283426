"""The flow: what passed is remembered, a prediction counts once, hints run nothing, a save is noticed."""

import os
import pty
import re
import subprocess

import pytest

from instrument.edges.processes import wait_until
from instrument.exercises import cli  # noqa: F401  which knows all checks
from instrument.exercises.catalogue import CATALOGUE, EXERCISES, checksum
from tests.support.commands import run
from tests.support.solver import COMMAND, changed_command, contents, solve


def test_what_passed_is_remembered_by_its_content(copy, tmp_path):
    solve(copy, 1)
    done = run(*COMMAND, cwd=copy)
    assert done.returncode == 3
    first, second = done.stdout.split("\n\nExercise 2: ")
    assert first.splitlines()[:2] == [
        "Exercise 1: a body of str      my_exercises/01_bytes.py",
        f"1 of {len(EXERCISES)}, 3 minutes, easy",
    ]
    assert EXERCISES[1].why.strip() in first
    assert "Solved. One solution: exercises/solutions/01_bytes.py." in first
    section = f'To read on: "{EXERCISES[1].section}" in wsgi/README.md.'
    assert f"{section} Next: make exercises ARGS=2" in first
    assert len(second.splitlines()) <= 7
    assert "Skip it: make exercises ARGS=3" in second
    before = contents(tmp_path)
    again = run(*COMMAND, cwd=copy).stdout
    assert again.startswith(
        f"1 of {len(EXERCISES)} are solved. To check them again: make exercises ARGS=all\n"
    )
    assert "Exercise 1:" not in again and "Exercise 2: " in again
    lines = run(*COMMAND, "list", cwd=copy).stdout.splitlines()
    assert [line[:6] for line in lines] == [
        f"[{'x' if number == '1' else ' '}] {number:>2}" for number in CATALOGUE
    ]
    assert " 3 min *   " in lines[0]
    assert contents(tmp_path) == before

    (copy / "my_exercises/01_bytes.py").write_text("app = None\n", encoding="utf-8")
    assert "Exercise 1: " in run(*COMMAND, cwd=copy).stdout  # another content is another answer
    solve(copy, 1)
    assert "Exercise 1:" not in run(*COMMAND, cwd=copy).stdout


def test_all_checks_again_what_has_passed(copy):
    solve(copy, 1)
    assert run(*COMMAND, "1", cwd=copy).returncode == 0
    broken = (copy / "instrument/exercises/checks_wsgi.py").read_text(encoding="utf-8")
    broken = broken.replace('TEXT = "Grüße!', 'TEXT = "Hallo!', 1)
    (copy / "instrument/exercises/checks_wsgi.py").write_text(broken, encoding="utf-8")
    assert "[x]  1" in run(*COMMAND, "list", cwd=copy).stdout
    done = run(*COMMAND, "all", cwd=copy)
    assert done.returncode == 3
    assert "[ ]  1" in done.stdout
    assert "[ ]  1" in run(*COMMAND, "list", cwd=copy).stdout


@pytest.mark.parametrize("number", [3, 9])
def test_a_wrong_prediction_leaves_a_formula_alone(number, copy):
    solve(copy, number)
    answer = copy / "my_exercises" / EXERCISES[number].name
    right = answer.read_text(encoding="utf-8")
    change = "from instrument.exercises import checks_predictions; checks_predictions.steps_of = "
    change += "lambda folder, serve, settings: [-(-each[0] // each[1]) for each in settings]"
    quick = changed_command(change, str(number))
    answer.write_text("ANSWER = 5\nOTHER = 5\n", encoding="utf-8")
    told = run(*quick, cwd=copy).stdout
    assert "Measured just now: not so." in told and not re.search(r"4\.0|4 s|2\.0 s", told)
    answer.write_text(right, encoding="utf-8")
    assert (
        "Your first numbers were wrong, and others are not taken." in run(*quick, cwd=copy).stdout
    )
    formula = "def last(clients, slots, seconds):\n    return -(-clients // slots) * seconds\n"
    answer.write_text(formula, encoding="utf-8")
    done = run(*quick, cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_exercise_that_needs_a_lacking_program_is_passed_over_in_one_line(copy, monkeypatch):
    for number in EXERCISES:
        solve(copy, number)
    possible = [each for each in EXERCISES.values() if not each.needs]
    marks = [f"{checksum(each.solution.read_bytes())}  {each.name}\n" for each in possible]
    (copy / "my_exercises/passed.sha256").write_text("".join(marks), encoding="utf-8")
    monkeypatch.setenv("PATH", "/nowhere")
    change = "from instrument.exercises import checking; "
    change += "checking.lacking = lambda tool: f'{tool} is not installed'"
    done = run(*changed_command(change), cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert "Exercise 15 is passed over: nginx is not installed\n" in done.stdout


def test_a_hint_has_two_steps_and_runs_nothing(copy, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(copy / "nowhere"))  # a check would need it
    solve(copy, 7)
    done = run(*COMMAND, "hint", "7", cwd=copy)
    assert done.returncode == 0
    assert done.stdout.startswith("Exercise 7: ")
    assert EXERCISES[7].hint in done.stdout
    assert 'How is that spelled? make hint ARGS="7 --more"' in done.stdout
    assert "get(" in EXERCISES[7].spelling and "get(" not in done.stdout
    more = run(*COMMAND, "hint", "7", "--more", cwd=copy)
    assert "get(" in more.stdout
    assert run(*COMMAND, "hint", cwd=copy).stdout.startswith("Exercise 1: ")


def test_watch_checks_what_is_saved_and_takes_keys(copy):
    run(*COMMAND, "hint", cwd=copy)
    ours, theirs = pty.openpty()
    told = copy / "told"
    with told.open("wb") as output, subprocess.Popen(
        [*COMMAND, "watch"], cwd=copy, stdin=theirs, stdout=output, stderr=output
    ) as process:  # fmt: skip
        try:

            def says(words, times=1):
                wait_until(lambda: told.read_text(encoding="utf-8").count(words) >= times, process)

            says("q: quit")
            assert "WSGI wants bytes" in told.read_text(encoding="utf-8")
            os.write(ours, b"h")
            says(EXERCISES[1].hint)
            os.write(ours, b"h")
            says(EXERCISES[1].spelling)
            solve(copy, 1)
            says("Solved. One solution: exercises/solutions/01_bytes.py.")
            says("Exercise 2: ")
            says("q: quit", 2)
            os.write(ours, b"s")
            says("Exercise 3: ")
            says("q: quit", 3)
            os.write(ours, b"q")
            assert process.wait(timeout=20) == 3
        finally:
            process.kill()
            os.close(ours)
            os.close(theirs)
