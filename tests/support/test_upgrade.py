"""The report of what the newest releases change: its parts, and what it refuses to begin with."""

import shutil
import sys

import pytest

from instrument.processes import ROOT
from tests.support import upgrade
from tests.support.commands import copy_repository, one_line, run
from tests.support.upgrade import Done

ASKED = """\
-r ../requirements.txt
gunicorn ~= 27.0            # the server
uvicorn[standard] ~= 0.54.0 # beside it
matplotlib == 3.11.2
pillow                      # in any version
"""
DIFF = """\
diff --git a/wsgi/README.md b/wsgi/README.md
--- a/wsgi/README.md
+++ b/wsgi/README.md
@@ -1 +1 @@
-500
+502
-| a row | 1 |
+| a row | 2 |
diff --git a/asgi/README.md b/asgi/README.md
--- a/asgi/README.md
+++ b/asgi/README.md
@@ -9 +9 @@
-gunicorn 27.0.1, uvicorn 0.54.0, Python 3.11.7, system Linux, nginx 1.22.1.
+gunicorn 28.0.0, uvicorn 0.54.0, Python 3.11.7, system Linux.
"""
LEFT = """\
wsgi/README.md: rewritten
by hand: line 7: console server $ gunicorn wsgi.app:app
- [...] [INFO] Starting gunicorn 27...
+ [1] [INFO] Starting gunicorn 28.0.0
- [...] [INFO] Listening at: (...)
+ [1] [INFO] Listening at: (1)
it printed at last:
[...] [INFO] Starting gunicorn 28.0.0
by hand: line 9: console $ curl 127.0.0.1
- ...milk
+ eggs
asgi/README.md: as it was
"""


def test_requirements_are_raised_to_what_is_installed_and_no_further():
    newer = {"gunicorn": "28.1.2", "uvicorn": "0.54.9", "matplotlib": "3.12.0", "pillow": "99"}
    assert upgrade.raised(ASKED, newer).splitlines() == [
        "-r ../requirements.txt",
        "gunicorn ~= 28.1            # the server",
        "uvicorn[standard] ~= 0.54.0 # beside it",
        "matplotlib == 3.12.0",
        "pillow                      # in any version",
    ]


def test_every_requirements_file_is_upgraded():
    there = {str(path.relative_to(ROOT)) for path in ROOT.glob("[!.]*/requirements.txt")}
    assert set(upgrade.FILES) == {"requirements.txt", *there}


def test_the_requirements_of_this_repository_can_be_raised():
    for name in upgrade.FILES:
        text = (ROOT / name).read_text()
        names = [each.name for each in upgrade.requirements(text)]
        assert names
        assert upgrade.raised(text, upgrade.installed()) == text
        much_newer = upgrade.raised(text, dict.fromkeys(names, "999.8.7"))
        for each in upgrade.requirements(much_newer):
            assert each.specifier.contains("999.8.7"), each


def test_a_cell_is_told_when_it_says_something_else_a_number_by_more_than_chance():
    before = {"cells": {"a row": {"sync": "500", "asgi": "200", "idle": 100, "cpu": 0.2}}}
    after = {"cells": {"a row": {"sync": "502", "asgi": "200", "idle": 120, "cpu": 0.3}}}
    assert list(upgrade.cells(before, after)) == [
        "- a row, sync: *500*, now *502*",
        "- a row, cpu: *0.2*, now *0.3*",
    ]


def test_of_a_diff_tables_and_their_footers_are_left_out():
    assert upgrade.told_by_git(DIFF) == "wsgi/README.md\n-500\n+502"


def test_of_outputs_the_versions_are_counted_and_the_others_told():
    assert upgrade.by_hand(LEFT).splitlines() == [
        "wsgi/README.md, line 9: console $ curl 127.0.0.1",
        "- ...milk",
        "+ eggs",
        "blocks in which a server's version alone differs: 1",
    ]
    assert upgrade.by_hand("wsgi/README.md: as it was\n") == ""


def test_of_cells_that_could_not_be_tried_the_reason_is_told():
    failed = Done(1, "| a | row |\n\ncompare: a row, asgi: waited in vain\n  log: last words\n")
    assert upgrade.told([Done(0, "| a |\n"), failed]).splitlines() == [
        "compare: a row, asgi: waited in vain",
        "  log: last words",
    ]


def test_failed_tests_are_named():
    failed = "FAILED tests/test_x.py::test_y - assert 1"
    printed = f"{failed}\nmuch\n{failed}\n\n3 passed, 1 failed\n"
    assert upgrade.failures(Done(1, printed)).splitlines() == [failed, "3 passed, 1 failed"]
    assert upgrade.failures(Done(0, printed)) == ""


def test_a_report_says_so_when_there_is_no_news_and_is_cut_when_it_is_too_long():
    assert "no output says anything else" in upgrade.report([], {})
    news = {"What git diff shows": "+ line\n" * upgrade.LONGEST}
    text = upgrade.report(["- gunicorn 27.0.1, now 28.0.0"], news)
    assert len(text) < 65_536
    assert text.count("````") == 2


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A repository in which a file is not as it was committed."""
    copy = tmp_path_factory.mktemp("changed") / "repository"
    copy_repository(copy)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        assert run(*git, *words, cwd=copy).returncode == 0
    (copy / "README.md").write_text("changed\n")
    return copy


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["not a package"], "this names no package: "),
        (["--tables", "produktion"], "unknown table 'produktion': choose from production, "),
        (["--readmes", "nowhere.md"], "there is no file nowhere.md"),
        ([], "commit your changes first"),
    ],
)
def test_what_can_not_be_done_is_said_in_one_line_before_anything_is_installed(
    arguments, message, changed
):
    done = run(sys.executable, "-m", "tests.support.upgrade", *arguments, cwd=changed)
    assert one_line(done).startswith(f"upgrade: {message}")
    assert "pip" not in done.stdout


def test_a_report_that_can_not_be_written_is_said_before_anything_is_installed(changed):
    shutil.rmtree(changed / "results", ignore_errors=True)
    (changed / "results").touch()
    try:
        done = run(sys.executable, "-m", "tests.support.upgrade", cwd=changed)
    finally:
        (changed / "results").unlink()
    assert one_line(done).startswith("upgrade: can't write to ")
    assert done.stdout == ""
