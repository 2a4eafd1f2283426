"""The test of the READMEs is tested by mutation: each mistake is caught, and nothing is left."""

import psutil
import pytest

from instrument.edges.processes import ROOT
from tests.support import machine, terminal
from tests.support.readme import PageError, difference, steps, unmarked
from tests.support.terminal import reader

pytestmark = pytest.mark.ports
SERVER = """
```console server=8000
$ gunicorn wsgi.app:app
[...] [INFO] Starting gunicorn...
[...] [INFO] Listening at: http://127.0.0.1:8000 (...)
...
[...] [INFO] Booting worker with pid: ...
```
"""
ANSWER = """
```console
$ curl -s 127.0.0.1:8000
Hello, World!
```
"""
STOP = "\nPress Ctrl-C. <!-- stop 8000 -->\n"
FILE = f"```python file=wsgi/app.py\n{(ROOT / 'wsgi/app.py').read_text(encoding='utf-8')}```\n"
EXCERPT = (
    "```python excerpt=wsgi/app.py\n    start_response(STATUS, headers)\n    return [BODY]\n```\n"
)
STUBBORN = """
```console server=8000
$ trap '' INT; python -m wsgi.wsgiref_server 8000 wsgi.app:app
```
"""
FAILING = STUBBORN.replace("trap ''", "trap 'exit 7'")
NEAR = "```console within=10%\n$ echo 'took 1.02 s, ratio 0.995'\ntook 1.10 s, ratio 0.995\n```\n"
LATE = "```console within=0.5s\n$ echo 'after 2.5 s'\nafter 2.1 s\n```\n"

MUTATED = {
    "wrong body": (SERVER + ANSWER.replace("Hello", "Goodbye") + STOP, "+ Hello, World!"),
    "no output": (SERVER + ANSWER.replace("Hello, World!\n", "") + STOP, "+ Hello, World!"),
    "file drift": (FILE.replace("200 OK", "201 OK"), '+ STATUS = "200 OK"'),
    "file that is gone": (FILE.replace("wsgi/app.py\n", "wsgi/ap.py\n", 1), "there is no wsgi/ap"),
    "excerpt drift": (EXCERPT.replace("BODY", "[BODY]"), "not a run of the lines"),
    "bad app name": (
        SERVER.replace("wsgi.app:app\n", "wsgi.ap:app\n") + STOP,
        "No module named 'wsgi.ap'",
    ),
    "wrong log": (SERVER.replace("Listening", "Listens"), "[INFO] Listens at"),
    "forgotten server annotation": (
        SERVER.replace("console server=8000", "console limit=2"),
        "not done within 2 s: is it a server?",
    ),
    "port that nobody opens": (SERVER.replace("=8000", "=8001"), "nobody answers on port 8001"),
    "busy port": (SERVER + SERVER, "8000 is taken by an earlier server"),
    "wrong exit status": ("```console\n$ false\n```\n", "exit status 1, not 0"),
    "hidden exit status": ("```console\n$ false | cat\n```\n", "exit status 1, not 0"),
    "exit status that is none": ("```console status=2\n$ true\n```\n", "exit status 0, not 2"),
    "server that ignores SIGINT": (STUBBORN + STOP, "does not end on Ctrl-C"),
    "server that is never stopped": (SERVER, "still running on port 8000"),
    "number out of tolerance": (NEAR.replace("1.10", "1.20"), "- took 1.20 s"),
    "answer that came a step later": (LATE.replace("2.5", "3.1"), "- after 2.1 s"),
    "answer that came a step sooner": (LATE.replace("2.5", "1.1"), "- after 2.1 s"),
    "ratio out of bounds": (
        NEAR.replace("within=10%", "within=10% ratios=0.98..0.99"),
        "- took 1.10 s",
    ),
    "log of no server": ("```console log=8000\nHello\n```\n", "no server of this README runs"),
    "other language": ("```sh\ntrue\n```\n", "'sh' is never run"),
    "indented block": ("Text.\n\n    $ true\n", "an indented block is never run"),
    "ratios without a tolerance": (NEAR.replace("within=10%", "ratios=0.98..1.01"), "with within"),
    "block in a list": ("- a list\n\n  ```console\n  $ true\n  ```\n", "begin it at the margin"),
    "unknown annotation": ("```console sever=8000\n$ true\n```\n", "don't go together: sever"),
    "shown ratio out of bounds": (
        NEAR.replace("within=10%", "within=10% ratios=0.98..1.01").replace(
            "0.995\n```", "7.777\n```"
        ),
        "ratio 7.777",
    ),
    "another command than the one run": (
        '```console run="echo 1 2"\n$ ehco 1\n1 2\n```\n',
        "is not what is run in its place",
    ),
    "two servers in one block": (
        SERVER.replace("[...] [INFO] Start", "$ true\n[...] [INFO] Start", 1),
        "one command",
    ),
    "Ctrl-C that is not shown": (SERVER + "```console stop=8000\n...\n```\n", "show ^C first"),
    "server that fails at the end": (FAILING + STOP, "ended with status 7"),
    "block inside HTML": ("<details>\n```console\n$ false\n```\n</details>\n", "inside HTML"),
    "empty excerpt": ("```python excerpt=wsgi/app.py\n```\n", "an empty block"),
    "version that is none": ("```console python=new\n$ true\n```\n", "python names a version"),
    "unknown reason": ("```console exempt=slow\n$ true\n```\n", "exempt only for"),
    "block without a command": ("```console\ntrue\n```\n", "output before any command"),
}


def faults(text):
    """Return what is said of a README, after making sure that nothing of it is left running."""
    try:
        every = steps(text)
    except PageError as wrong:
        return str(wrong)
    told = []
    with reader() as terminals:
        for step in every:
            try:
                terminals.do(step)
            except PageError as wrong:
                told.append(str(wrong))
        told += [f"still running on port {port}" for port in terminals.servers]
    for process in psutil.process_iter(["cwd"]):
        assert not (process.info["cwd"] or "").startswith(str(terminals.folder)), process
    assert not terminals.folder.exists()
    return "\n".join(told)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(terminal, "PATIENCE", 3.0)
    monkeypatch.setattr(terminal, "STOP_PATIENCE", 3.0)
    monkeypatch.setattr(machine, "TIMES", 1)


@pytest.mark.parametrize(("text", "message"), MUTATED.values(), ids=MUTATED.keys())
def test_what_is_wrong_is_caught_and_nothing_is_left_running(text, message):
    assert message in faults(text)


def test_only_what_needs_a_missing_program_is_skipped(monkeypatch):
    monkeypatch.setattr(terminal, "lacking", lambda tool: f"{tool} is missing")
    text = (
        SERVER.replace("8000", "8080", 1).replace("server=8080", "server=8080 needs=nginx")
        + "```console needs=h2load\n$ h2load\n```\n"
        + "```console log=8080\n...\n```\n<!-- stop 8080 -->\n"
        + SERVER
        + ANSWER
        + STOP
    )
    with reader() as terminals:
        lacks = [terminals.lacks(step) for step in steps(text)]
    nginx, h2load = "nginx is missing", "h2load is missing"
    assert [lack or "" for lack in lacks] == [nginx, h2load, nginx, nginx, "", "", ""]


@pytest.mark.parametrize(
    ("running", "lack"), [((3, 13, 9), "for Python 3.14 or newer"), ((3, 14, 0), None)]
)
def test_a_block_is_left_to_the_pythons_that_have_what_it_needs(running, lack, monkeypatch):
    monkeypatch.setattr(terminal.sys, "version_info", running)
    [step] = steps("```console python=3.14 needs=h2load\n$ h2load\n```\n")
    monkeypatch.setattr(terminal, "lacking", lambda tool: None)
    with reader() as terminals:
        assert terminals.lacks(step) == lack


def test_only_the_stars_of_busy_cpus_are_left_out():
    row = "3.99         4.00        0.999     5014   5068          0"
    busy = "other programs used 31 % of the CPUs: close them and measure again."
    wrong = "* asgi: Locust used 97% of a CPU."
    printed = [f"sync*                  {row}", f"asgi*  {row}", "", f"* sync: {busy}", wrong]
    assert unmarked(printed) == [f"sync                  {row}", f"asgi*  {row}", "", wrong]


def test_the_line_of_the_control_socket_may_stand_anywhere_or_be_left_out():
    printed = ["Booting worker", "[...] [INFO] Control socket listening at /x", "Booting worker"]
    assert not difference(["Booting worker"] * 2, printed)
    assert not difference(["Booting worker", "...", printed[1], "..."], printed)
    assert difference(["Booting worker"], printed) == ["+ Booting worker"]


def test_only_the_real_difference_is_told():
    shown = ["started", "...", "pid 1...", "two", "end"]
    printed = ["started", "noise", "pid 17", "too", "end"]
    assert difference(shown, printed) == ["- two", "+ too"]
