"""The reader's copies: made at the first call, and overwritten by reset alone, which asks first."""

import shutil

import pytest

from instrument.exercises.cli import EXERCISES
from tests.support.commands import on_terminal, one_line, run
from tests.support.solver import COMMAND, contents, solve


def test_each_call_copies_what_is_missing_and_nothing_else(copy):
    solve(copy, 1)
    for _ in range(2):
        assert run(*COMMAND, "hint", "1", cwd=copy).stdout.startswith("Exercise 1: ")
        for number, each in EXERCISES.items():
            expected = each.solution if number == 1 else each.original
            assert (copy / "my_exercises" / each.name).read_bytes() == expected.read_bytes()
        (copy / "my_exercises/02_length.py").unlink()


def test_a_file_that_was_edited_where_it_was_shipped_is_taken_over(copy):
    original, mine = copy / "exercises/01_bytes.py", copy / "my_exercises/01_bytes.py"
    shutil.copy(EXERCISES[1].solution, original)
    before = contents(copy / "exercises")
    first = run(*COMMAND, "list", cwd=copy).stdout
    assert first.startswith("Your changes to exercises/01_bytes.py were copied to my_exercises/01_")
    assert "[x]  1" in first
    assert mine.read_bytes() == EXERCISES[1].solution.read_bytes()
    assert run(*COMMAND, "hint", "1", cwd=copy).stdout.startswith("Exercise 1: ")
    assert contents(copy / "exercises") == before

    done = run(*COMMAND, "reset", "1", cwd=copy)  # without git there is nothing to restore from
    assert (done.returncode, done.stdout) == (1, "")
    assert "exercises/01_bytes.py is not as it was shipped: get it" in done.stderr
    if shutil.which("git"):
        shutil.copy(EXERCISES[1].original, original)
        commit = "init -q; git add exercises; git -c user.name=x -c user.email=x commit -qm x"
        assert run("sh", "-c", f"git {commit}", cwd=copy).returncode == 0
        shutil.copy(EXERCISES[1].solution, original)
        assert on_terminal(80, [*COMMAND, "reset", "1"], b"y\n", cwd=copy)[0] == 0
        assert mine.read_bytes() == EXERCISES[1].original.read_bytes()
        told = run(*COMMAND, "hint", "1", cwd=copy).stdout
        assert told.startswith("exercises/01_bytes.py has changed, and is not checked: edit my_ex")


@pytest.mark.parametrize(
    ("is_file", "said"),
    [
        (True, "exercises: my_exercises is a file: rename it"),
        (False, "exercises: my_exercises/ can't hold your copies (File exists, "),
    ],
)
def test_a_folder_that_can_not_be_made_gets_a_line(copy, is_file, said):
    if is_file:
        (copy / "my_exercises").write_text("my notes", encoding="utf-8")
    else:
        (copy / "my_exercises").symlink_to("nowhere")
    assert one_line(run(*COMMAND, cwd=copy)).startswith(said)


def test_a_folder_in_place_of_a_file_is_told_of(copy):
    path = copy / "my_exercises/01_bytes.py"
    path.mkdir(parents=True)
    done = run(*COMMAND, cwd=copy)
    assert "There is no my_exercises/01_bytes.py" in done.stdout
    assert "[ ]  1" in run(*COMMAND, "list", cwd=copy).stdout
    told = one_line(run(*COMMAND, "reset", "1", cwd=copy))
    assert told == "exercises: my_exercises/01_bytes.py is a folder: rename it, then reset again"


@pytest.mark.parametrize(
    ("typed", "said", "is_restored"),
    [
        (b"y\n", "is as it was", True),
        (b"n\n", "Nothing was changed", False),
        (b"\n", "Nothing was changed", False),
        (b"\xfc\n", "Nothing was changed", False),  # a terminal that is not UTF-8
    ],
)
def test_reset_asks_at_a_terminal(copy, typed, said, is_restored):
    solve(copy, 1)
    status, told = on_terminal(80, [*COMMAND, "reset", "1"], typed, cwd=copy)
    assert "01_bytes.py has changed. Overwrite it" in told
    assert said in told
    assert status == 0
    now, expected = copy / "my_exercises/01_bytes.py", EXERCISES[1]
    assert (
        now.read_bytes() == (expected.original if is_restored else expected.solution).read_bytes()
    )


def test_no_command_overwrites_a_file_unasked(copy):
    solve(copy, 1)
    run(*COMMAND, "hint", "1", cwd=copy)
    before = contents(copy)
    done = run(*COMMAND, "reset", "1", cwd=copy)
    assert done.returncode == 1
    assert "needs a terminal" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert contents(copy) == before
