"""Every check: it refuses the file as shipped and what is wrong, and takes what is right.

Whole answers lie in cases/. The first line of a wrong one says what its message contains, after
"# says: "; A|B is A or B.
"""

import re
import shutil
from pathlib import Path

import pytest

from instrument.edges.processes import ROOT
from instrument.exercises import checking, checks_load, cli  # noqa: F401  which knows all checks
from instrument.exercises.catalogue import (
    CATALOGUE,
    EXERCISES,
    FOLDER,
    SOLUTIONS,
    SUM_OF,
    SUMS,
    Wrong,
)
from tests.exercises.attempts import WRONG

NUMBERS = sorted(EXERCISES)
CASES = sorted((Path(__file__).parent / "cases").glob("*.py"))
SAYS = {  # what each file says as it is shipped
    1: "WSGI wants bytes",
    2: "promised 10 bytes and got 9",
    3: "no prediction yet",
    4: "expected b'HELLO' and got b''",
    5: "fewer will do",
    6: "no client asked by HTTP",
    7: "the first alone",
    8: "one after the other",
    9: "no prediction yet",
    10: "look alike",
    11: "no header x-served-by",
    12: "counts for itself",
    13: "from before Ann's change, got 200, and overwrote",
    14: "lost after HUP and after TERM and without a signal: timeout",
    15: "the server closed",
    16: "goes on sending",
    17: "no answer yet",
    18: "Together, these should be as long",
    19: "How many were in progress",
    20: "fewer will do",
    21: 'it is "cpu"',
    22: "How many are answered at once",
    23: "from_scope() gives '10.0.0.2'. That is a proxy.",
    24: "asked at the same moment",
    25: "then there were 2 notes with that key",
    26: "while the database was there, /health got no answer within 0.2 s",
    27: "They gave up waiting for a connection.",
    28: "Threads of one process compute in turns.",
    29: "From when on does a user rest?",
    30: "of a server that computes",
    31: "nginx has gathered some of them",
}


ORDER = re.findall(
    r"^\| \d \| \[.+?\]\((\w+)/", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE
)


def check(number, path):
    """Return what a check says, where the program that it needs is installed."""
    if why := checking.what_is_lacking(EXERCISES[number]):
        pytest.skip(why)
    return checking.checked(EXERCISES[number], path)


def need_wrong(number, path, *words):
    """Check a file that is wrong: its message is not cut, and has one of these words in it."""
    with pytest.raises(Wrong) as wrong:
        check(number, path)
    assert shown_whole(wrong.value)
    assert any(each in str(wrong.value) for each in words), wrong.value


def changed(number, old, new, folder):
    text = EXERCISES[number].solution.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"the solution of exercise {number} has no {old!r}"
    path = folder / EXERCISES[number].name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def shown_whole(text):
    """Return whether nothing of a text is left out on its two lines."""
    return "".join(checking.said(str(text))).split() == str(text).split()


def test_there_is_a_file_a_solution_a_hint_and_samples_for_each():
    assert list(range(1, len(NUMBERS) + 1)) == NUMBERS
    assert NUMBERS == sorted(SAYS)
    names = set(SUM_OF)
    assert len(names) == len(NUMBERS)
    for folder in (FOLDER, SOLUTIONS):
        assert {path.name for path in folder.glob("[0-9]*")} == names
    assert len({each.hint for each in EXERCISES.values()}) == len(NUMBERS)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_file_is_read_in_a_minute_and_says_what_to_do(number):
    text = EXERCISES[number].original.read_text(encoding="utf-8")
    assert text.startswith(f'"""Exercise {number}: ')
    assert "TODO" in text
    assert 10 <= len(text.splitlines()) <= 34


def test_what_the_flow_tells_of_each_is_there():
    assert sorted(map(int, CATALOGUE)) == NUMBERS
    chapters = [EXERCISES[int(number)].chapter for number in CATALOGUE]
    assert [
        one for one, before in zip(chapters, ["", *chapters], strict=False) if one != before
    ] == (sorted(set(chapters), key=ORDER.index))
    for each in EXERCISES.values():
        page = (ROOT / each.chapter / "README.md").read_text(encoding="utf-8")
        assert re.search(rf"^##+ {re.escape(each.section)}$", page, re.MULTILINE), each.section
        assert 1 <= each.minutes <= 20 and each.difficulty in (1, 2, 3)
        assert each.spelling != each.hint and shown_whole(each.spelling) and shown_whole(each.hint)
        lines = each.why.strip().splitlines()
        assert len(lines) <= 3 and max(map(len, lines)) <= 100, (each.number, lines)


def test_the_page_lists_each():
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    for number, each in EXERCISES.items():
        name, chapter = each.name, each.chapter
        row = (
            f"| {number} | [{name}]({name}) | {each.title} | [{chapter}](../{chapter}/README.md) |"
        )
        assert row in text
        assert f"(../{FOLDER.name}/README.md" in (ROOT / chapter / "README.md").read_text(
            encoding="utf-8"
        )


@pytest.mark.parametrize("number", NUMBERS)
def test_the_file_is_the_one_of_which_the_checksum_is_known(number):
    each = EXERCISES[number]
    edited = f"{each.original} has changed: restore it, or write its checksum into {SUMS.name}"
    assert each.is_shipped(each.original.read_bytes()), edited
    assert each.is_shipped(each.original.read_bytes().replace(b"\n", b"\r\n"))
    assert not each.is_shipped(each.solution.read_bytes())


@pytest.mark.parametrize("number", NUMBERS)
def test_the_file_as_shipped_fails_with_its_own_message(number):
    need_wrong(number, EXERCISES[number].original, SAYS[number])
    assert "TODO" in EXERCISES[number].original.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solution_passes(number):
    assert shown_whole(check(number, EXERCISES[number].solution))


@pytest.mark.parametrize(
    ("number", "old", "new", "said"), [(each, *one) for each in WRONG for one in WRONG[each]]
)
def test_a_wrong_solution_gets_the_message_that_fits(number, old, new, said, tmp_path):
    need_wrong(number, changed(number, old, new, tmp_path), *said.split("|"))


@pytest.mark.parametrize("number", NUMBERS)
def test_there_are_answers_of_both_kinds(number):
    kinds = [case.name.split("_")[1] for case in CASES if case.name.startswith(f"{number:02}_")]
    assert kinds.count("right") >= 2
    assert kinds.count("wrong") + len(WRONG.get(number, [])) >= 3


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_an_answer_is_judged_as_its_name_says_wherever_it_lies(case, strange_folder):
    number = int(case.name[:2])
    copy = strange_folder / EXERCISES[number].name
    shutil.copy(case, copy)
    if "_right_" in case.name:
        assert check(number, copy)
        return
    says, _, words = case.read_text(encoding="utf-8").splitlines()[0].partition("# says: ")
    assert words and not says
    need_wrong(number, copy, *words.split("|"))


def test_users_who_rest_look_alike_also_where_a_worker_began_late():
    with pytest.raises(Wrong, match="look alike"):
        checks_load.judged({"wsgi": (1, 0.3), "asgi": (4, 0.3)}, {"wsgi": 4, "asgi": 4})
