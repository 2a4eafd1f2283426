"""The command: broken files get one clear line, Ctrl-C ends everything, make fails on errors."""

import os
import shlex
import shutil
import signal
import subprocess
import sys

import psutil
import pytest

from instrument.edges.clients import listens
from instrument.edges.processes import ROOT, is_alive, wait_until
from instrument.exercises import checking, cli, serve  # noqa: F401  cli knows all checks
from instrument.exercises.catalogue import EXERCISES, Wrong, checksum
from tests.support.commands import not_made, run
from tests.support.solver import COMMAND, changed_command, contents, solve

LOOP = "while True:\n        __import__('time').sleep(0.01)\n"  # endless, and cheap to wait for
APP = "def app(environ, start_response):\n    "
ENDLESS_BODY = f"{APP}start_response('200 OK', [])\n    while True:\n        yield b'x'\n"
COOKIE = "# -*- coding: latin-1 -*-\n"
REMOVES = "import os, shutil\nshutil.rmtree(os.environ['TMPDIR'])\n"
ENDS, TOLD = "import sys\nsys.exit(0)\n", "ends Python before its last line: is there an exit()?"
# what a file prints is no result
PRINTS = "import atexit\natexit.register(print, 'at the end')\nprint('{]')\n"
BROKEN = [
    (1, "def app(:\n", "01_bytes.py, line 1, is not Python"),
    (1, "import nowhere\n", "The server does not start. Its log says: ModuleNotFoundError"),
    (1, "x = 1\ny = '\udcff'\n", "01_bytes.py, line 2, is not UTF-8: let your editor save"),
    (1, "x = 1\0\n", "01_bytes.py, line 1, is not UTF-8: let your editor save"),
    (1, "exit()\n", "The server's worker ends at once, and so does the next."),
    (1, "exit('bye')\n", "The server's worker ends at once, and so does the next. Its log says: b"),
    (1, f"if True:\n    {LOOP}", "The server does not start within 2 s: is there an endless loop?"),
    (1, f"{APP}{LOOP}", "A client waited 2 s for its answer, and the server was ended."),
    (1, ENDLESS_BODY, "A client waited 2 s for its answer, and the server was ended."),
    (1, REMOVES, "Files that the check needs are gone from the folder TMPDIR: does yours remove"),
    (1, COOKIE + EXERCISES[1].solution.read_text("utf-8"), "The client got b'Gr"),
    (2, COOKIE + EXERCISES[2].solution.read_text("utf-8"), "The client got b'Gr"),
    (3, ENDS, f"03_last_in_line.py {TOLD}"),
    (6, ENDS, f"06_lifespan.py {TOLD}"),
    (19, ENDS, f"19_ladder.py {TOLD}"),
    (24, ENDS, f"24_shed.py {TOLD}"),
    (20, f"{PRINTS}workers = threads = 10 ** 400\n", "You have 1000"),
]


@pytest.mark.parametrize(("number", "text", "said"), BROKEN)
def test_a_broken_file_gets_the_reason(number, text, said, tmp_path, monkeypatch):
    if "while" in text:
        monkeypatch.setattr(serve, "LONGEST", 2)
    path = tmp_path / EXERCISES[number].name
    path.write_text(text, "utf-8", "surrogateescape")
    with pytest.raises(Wrong) as wrong:
        checking.checked(EXERCISES[number], path)
    assert str(wrong.value).startswith(said)


def test_the_reason_is_neither_a_line_of_an_access_log_nor_that_a_worker_has_ended(tmp_path):
    log = tmp_path / "log"
    log.write_text('127.0.0.1 - - [26/Nov/2026] "POST / HTTP/1.1" 200 5\nINFO: up\n', "utf-8")
    assert serve.because(log) == ""
    log.write_text("bye\n[12:00:00] [1] [ERROR] Worker (pid:2) exited with code 1.\n" * 9, "utf-8")
    assert serve.because(log) == " Its log says: bye"


@pytest.mark.parametrize("options", ["", ", env={}"])
def test_a_child_that_left_the_group_is_ended(options, tmp_path):
    path = tmp_path / "01_bytes.py"
    path.write_text(
        "import subprocess\n"
        f"child = subprocess.Popen(['/bin/sleep', '600'], start_new_session=True{options})\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n",
        encoding="utf-8",
    )
    with pytest.raises(Wrong):
        checking.checked(EXERCISES[1], path)
    child = int((tmp_path / "child").read_text(encoding="utf-8"))
    try:
        wait_until(lambda: not is_alive(child), seconds=5)
    finally:
        if is_alive(child):
            os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["²"], 2, "unknown command"),
        (["bad"], 2, "unknown command"),
        (["9" * 5000], 2, "unknown command"),
        (["٣"], 2, "unknown command"),
        (["reset"], 2, "needs"),
        (["7", "8"], 2, "only hint, watch and reset take a number"),
        (["list", "8"], 2, "only hint, watch and reset take a number"),
        (["--file", "nowhere.py"], 2, "--file needs the number of an exercise: 7 --file answer.py"),
        (["1", "--file", "nowhere.py"], 1, "exercises: nowhere.py can't be read: No such file or"),
        (["1", "--file", "instrument"], 1, "exercises: instrument can't be read: Is a directory"),
    ],
)
def test_bad_input_gets_a_line(arguments, status, said):
    done = run(*COMMAND, *arguments)
    assert done.returncode == status
    assert said in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_lies_anywhere_is_checked_and_nothing_is_changed(copy, tmp_path):
    answer = tmp_path / "Ann's answer.v2"
    shutil.copy(EXERCISES[1].solution, answer)
    before = contents(tmp_path)
    done = run(*COMMAND, "1", "--file", str(answer), cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{answer}\n" in done.stdout and "Solved." in done.stdout
    done = run(*COMMAND, "1", "--file", str(copy / "exercises/01_bytes.py"), cwd=copy)
    assert done.returncode == 3
    assert contents(tmp_path) == before


def test_ctrl_c_while_packages_are_imported_gets_a_line(copy):
    (copy / "psutil.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    done = run(*COMMAND, cwd=copy)
    assert (done.returncode, done.stderr) == (130, "exercises: stopped by SIGINT\n")


def test_without_a_locale_files_are_utf8_and_what_can_not_be_printed_is_escaped(copy):
    for number in (1, 2, 3):
        solve(copy, number)
    record = f"{checksum(EXERCISES[3].solution.read_bytes())}  {EXERCISES[3].name}\n"
    (copy / "my_exercises/passed.sha256").write_text(record, encoding="utf-8")
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(*COMMAND, cwd=copy, env=os.environ | plain)
    assert (done.returncode, done.stderr) == (3, "")
    assert r"which is Gr\xfc\xdfe! in UTF-8." in done.stdout
    assert "so with other texts." in done.stdout
    assert "Exercise 4: " in done.stdout


def test_ctrl_c_ends_a_request_in_flight_and_leaves_nothing(copy, tmp_path):
    run(*COMMAND, "hint", "1", cwd=copy)
    (copy / "my_exercises/01_bytes.py").write_text(
        f"{APP}print('asked', flush=True)\n    {LOOP}", encoding="utf-8"
    )
    before = contents(tmp_path)
    process = subprocess.Popen(
        changed_command("from instrument.exercises import serve; serve.LONGEST = 600", "1"),
        cwd=copy,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )

    def is_asked():
        logs = (tmp_path / "temporary").glob("*/*.log")
        return any("asked" in log.read_text(encoding="utf-8") for log in logs)

    wait_until(is_asked)
    children = psutil.Process(process.pid).children(recursive=True)
    ports = {
        each.laddr.port
        for child in children
        for each in child.net_connections()
        if each.status == psutil.CONN_LISTEN
    }
    assert ports
    process.send_signal(signal.SIGINT)
    try:  # the client would wait for ten minutes, and gunicorn for the worker 30 s
        errors = process.communicate(timeout=20)[1]
    finally:
        process.kill()
    assert "stopped by SIGINT" in errors
    assert process.returncode == 130
    assert not any(is_alive(child.pid) for child in children)
    assert not any(map(listens, ports))
    assert contents(tmp_path) == before


def make(copy, *arguments):
    shutil.copy(ROOT / "Makefile", copy)
    (copy / ".venv").mkdir()
    (copy / ".venv/installed").touch()
    command = ["make", "-o", ".venv/installed", f"RUN={shlex.join([sys.executable])}", *arguments]
    return run(*command, cwd=copy, env=not_made())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["exercises", "ARGS=1"], "Hint: make hint"), (["hint"], "Exercise 1:")],
)
def test_make_adds_nothing_to_what_the_command_says(copy, arguments, said):
    done = make(copy, *arguments)
    assert said in done.stdout
    assert (done.returncode, done.stderr) == (0, "")


def test_make_is_content_where_head_reads_a_line_of_the_list(copy):
    make(copy, "hint")
    listed = f'make -o .venv/installed RUN="{sys.executable}" exercises ARGS=list | head -n 1'
    done = run("bash", "-c", listed, cwd=copy, env=not_made())
    assert done.stdout.startswith("[ ]  1  a body of str")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("my_exercises", "my notes", "exercises: my_exercises is a file"),
        ("psutil.py", "raise RuntimeError", "Traceback"),
    ],
)
def test_make_fails_on_an_error_and_on_a_traceback(copy, name, text, said):
    (copy / name).write_text(text, encoding="utf-8")
    done = make(copy, "exercises")
    assert done.stderr.startswith(said)
    assert "make: *** " in done.stderr
    assert done.returncode


def test_make_fails_where_there_is_no_such_exercise(copy):
    done = make(copy, "exercises", "ARGS=99")
    assert f"there is no exercise 99: choose from 1 to {len(EXERCISES)}\n" in done.stderr
    assert done.returncode
