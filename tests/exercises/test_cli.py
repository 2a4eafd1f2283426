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
from instrument.exercises.book import EXERCISES, Wrong, checksum
from tests.support.commands import not_made, run
from tests.support.solver import COMMAND, contents, solve

LOOP = "while True:\n        __import__('time').sleep(0.01)\n"  # endless, and cheap to wait for
PATIENT = (
    "import sys; from instrument.exercises import cli, serve; serve.LONGEST = 600; "
    "sys.exit(cli.main(['1']))"
)
BROKEN = {
    "def app(:\n": "01_bytes.py, line 1, is not Python",
    "import nowhere\n": "The server does not start. Its log says: ModuleNotFoundError",
    "x = 1\ny = '\xff'\n": "01_bytes.py, line 2, is not UTF-8: let your editor save the file as UTF-8.",
    "x = 1\0\n": "01_bytes.py, line 1, is not UTF-8: let your editor save the file as UTF-8.",
    "exit('bye')\n": "The server's worker ends at once, and so does the next. Its log says: bye",
    "exit()\n": "The server's worker ends at once, and so does the next.",
    "def app(environ, start_response):\n    start_response('200 OK', [])\n"
    "    while True:\n        yield b'x'\n": "A client waited 2 s for its answer, and the",
    "if True:\n    " + LOOP: "The server does not start within 2 s: is there an endless loop?",
    "def app(environ, start_response):\n    " + LOOP: "A client waited 2 s for its answer, and the",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_file_gets_the_reason(text, tmp_path, monkeypatch):
    if "while" in text:
        monkeypatch.setattr(serve, "LONGEST", 2)
    path = tmp_path / "01_bytes.py"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(Wrong) as wrong:
        checking.checked(EXERCISES[1], path)
    assert str(wrong.value).startswith(BROKEN[text])


def test_the_reason_is_no_line_of_an_access_log(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        '127.0.0.1 - - [26/Nov/2026 12:00:00] "POST / HTTP/1.1" 200 5\nINFO: up\n', encoding="utf-8"
    )
    assert serve.because(log) == ""


def test_the_reason_is_not_that_a_worker_has_ended(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "bye\n[12:00:00] [1] [ERROR] Worker (pid:2) exited with code 1.\n" * 9, encoding="utf-8"
    )
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


@pytest.mark.parametrize("number", [3, 5, 6, 19])  # each is read by another script
def test_a_file_that_ends_python_is_told_of(number, tmp_path):
    path = tmp_path / EXERCISES[number].name
    path.write_text("import sys\nsys.exit(0)\n", encoding="utf-8")
    with pytest.raises(Wrong, match="ends Python before its last line: is there an exit"):
        checking.checked(EXERCISES[number], path)


def test_what_a_file_prints_is_no_result(tmp_path):
    path = tmp_path / EXERCISES[20].name
    path.write_text(
        "import atexit\natexit.register(print, 'at the end')\nprint('{]')\nworkers = threads = 10 ** 400\n",
        encoding="utf-8",
    )
    with pytest.raises(Wrong, match="You have 1000.* processes."):
        checking.checked(EXERCISES[20], path)


def test_a_file_that_removes_the_temporary_folder_is_told_of(tmp_path):
    path = tmp_path / EXERCISES[1].name
    path.write_text("import os, shutil\nshutil.rmtree(os.environ['TMPDIR'])\n", encoding="utf-8")
    with pytest.raises(Wrong, match="gone from the folder TMPDIR: does yours remove them"):
        checking.checked(EXERCISES[1], path)


def test_a_cookie_of_another_encoding_is_read_as_python_does(tmp_path):
    for number in (1, 2):
        path = tmp_path / EXERCISES[number].name
        text = EXERCISES[number].solution.read_text(encoding="utf-8")
        path.write_text(f"# -*- coding: latin-1 -*-\n{text}", encoding="utf-8")
        with pytest.raises(Wrong, match="The client got b'Gr"):
            checking.checked(EXERCISES[number], path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["²"], "unknown command"),
        (["99"], "there is no exercise 99"),
        (["bad"], "unknown command"),
        (["9" * 5000], "unknown command"),
        (["٣"], "unknown command"),
        (["reset"], "needs"),
    ],
)
def test_bad_input_gets_a_line(arguments, said):
    done = run(*COMMAND, *arguments)
    assert done.returncode == 2
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


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["1", "--file", "nowhere.py"], 1, "exercises: nowhere.py can't be read: No such file or"),
        (["1", "--file", "instrument"], 1, "exercises: instrument can't be read: Is a directory"),
        (["--file", "nowhere.py"], 2, "--file needs the number of an exercise: 7 --file answer.py"),
    ],
)
def test_a_file_that_can_not_be_checked_gets_a_line(copy, arguments, status, said):
    done = run(*COMMAND, *arguments, cwd=copy)
    assert done.returncode == status
    assert said in done.stderr and "Traceback" not in done.stderr


def test_ctrl_c_while_packages_are_imported_gets_a_line(copy):
    (copy / "psutil.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    done = run(*COMMAND, cwd=copy)
    assert (done.returncode, done.stderr) == (130, "exercises: stopped by SIGINT\n")


def test_a_number_too_many_is_refused(copy):
    for arguments in (["7", "8"], ["list", "8"]):
        done = run(*COMMAND, *arguments, cwd=copy)
        assert done.returncode == 2
        assert "only hint, watch and reset take a number" in done.stderr


def test_without_a_locale_files_are_utf8_and_what_can_not_be_printed_is_escaped(copy):
    solve(copy, 1)
    solve(copy, 2)
    solve(copy, 3)
    record = [f"{checksum(EXERCISES[3].solution.read_bytes())}  {EXERCISES[3].name}\n"]
    (copy / "my_exercises/passed.sha256").write_text("".join(record), encoding="utf-8")
    plain = {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = run(*COMMAND, cwd=copy, env=os.environ | plain)
    assert (done.returncode, done.stderr) == (3, "")
    assert r"which is Gr\xfc\xdfe! in UTF-8." in done.stdout
    assert "so with other texts." in done.stdout
    assert "Exercise 4: " in done.stdout


def test_ctrl_c_ends_a_request_in_flight_and_leaves_nothing(copy, tmp_path):
    run(*COMMAND, "hint", "1", cwd=copy)
    (copy / "my_exercises/01_bytes.py").write_text(
        "def app(environ, start_response):\n    print('asked', flush=True)\n    " + LOOP,
        encoding="utf-8",
    )
    before = contents(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", PATIENT],
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
