"""The command that rewrites shown outputs: what it changes, what it leaves, and what it tells."""

import pytest

from instrument.edges.processes import ROOT
from tests.support import machine, rewrite, terminal
from tests.support.rewrite import rewritten

pytestmark = pytest.mark.ports
APP = (ROOT / "wsgi/app.py").read_text(encoding="utf-8")
SERVER = """
```console server=8000 unasked
$ python -m wsgi.wsgiref_server 8000 wsgi.app:app
```

```console
$ curl -s 127.0.0.1:8000
Hello, World!
```

"""
RIGHT = f"""
```console
$ echo one
one
$ seq 3
1
2
3
$ true
$ printf '%s\\n' a \\
>   b
a
b
```

```python file=wsgi/app.py
{APP}```

{SERVER}<!-- stop 8000 -->
"""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(terminal, "PATIENCE", 3.0)
    monkeypatch.setattr(machine, "TIMES", 1)


def test_what_is_right_stays_as_it_was():
    assert rewritten(RIGHT) == (RIGHT, [], [])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one\n$ seq", "$ seq"),  # a line too few
        ("1\n2\n3\n", "1\n2\n3\n4\n5\n"),  # two too many
        ("$ true\n", "$ true\nwhat once was printed\n"),
        ("a\nb\n```", "A\nB\n```"),
        ("200 OK", "201 OK"),
        ("127.0.0.1:8000\nHello", "127.0.0.1:8000\nGoodbye"),
    ],
)
def test_what_has_drifted_is_put_right(old, new):
    drifted = RIGHT.replace(old, new, 1)
    assert drifted != RIGHT
    assert rewritten(drifted) == (RIGHT, [], [])


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n$ seq 3\n1\n...\n4", "", "- 4"),
        (" within=10%\n$ echo 2 s\n1 s", "", "- 1 s"),
        ("\n$ false", "", "exit status 1"),
        ("\n$ echo '$ true'\nold", "", "+ $ true"),  # which would be read as a command
        ("\n$ echo new\nold\n$ seq 2\n...\n3", "\n$ echo new\nnew\n$ seq 2\n...\n3", "- 3"),
    ],
)
def test_what_is_left_open_is_told_and_left(old, new, told):
    text, [left], _ = rewritten(f"```console{old}\n```\n")
    assert text == f"```console{new or old}\n```\n"
    assert left.startswith("line 1: console")
    assert told in left
    assert not (new and "old" in left)


def test_a_log_is_put_right():
    wrong = SERVER + "```console log=8000\nold\n```\n<!-- stop 8000 -->\n"
    text, left, _ = rewritten(wrong)
    assert '"GET / HTTP/1.1" 200' in text
    assert "old" not in text
    assert left == []


def test_what_can_not_be_read_or_run_is_told(monkeypatch):
    text = "```sh\ntrue\n```\n"
    assert rewritten(text) == (text, ["line 1: a block labelled 'sh' is never run"], [])
    monkeypatch.setattr(terminal, "lacking", lambda tool: f"{tool} is missing")
    text = "```console needs=nginx\n$ nginx -v\n```\n"
    told = "line 1: console needs $ nginx -v\nnginx is missing"
    assert rewritten(text) == (text, [], [told])


def test_a_readme_is_written_and_the_exit_status_tells_what_is_left(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(rewrite.signals, "note", lambda: None)  # they are pytest's
    path = tmp_path / "README.md"
    path.write_text("```console\n$ echo new\nold\n```\n", encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["rewrite", str(path)])
    assert rewrite.main() == 0
    assert path.read_text(encoding="utf-8") == "```console\n$ echo new\nnew\n```\n"
    assert capsys.readouterr().out == f"{path}: rewritten\n"
    path.write_text("```console\n$ false\n```\n", encoding="utf-8")
    assert rewrite.main() == 1
    assert "by hand: line 1" in capsys.readouterr().out
    path.write_text("```console python=3.99\n$ false\n```\n", encoding="utf-8")
    assert rewrite.main() == 0
    assert "not run: line 1" in capsys.readouterr().out
