"""What a client of the REST API may rely on, asked of four workers."""

import re
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest

from instrument.edges.processes import ROOT
from instrument.programs import GUNICORNS
from instrument.servers import SERVERS
from starlette_api.app import ASSETS
from starlette_api.contract import BODY_BYTES
from tests.support.commands import run
from tests.support.notes import JSON, serving_notes
from tests.support.postgres import NEEDS_POSTGRES

ASYNC = [server for server in SERVERS if server.interface == "asgi"]
WAYS = [(server.name, [], "sqlite") for server in ASYNC]
WAYS += [(server.name, ["--preload"], "sqlite") for server in ASYNC if server.program is GUNICORNS]
WAYS += [
    pytest.param("uvicorn", [], "postgresql", marks=NEEDS_POSTGRES),
    pytest.param("uvicorn-worker", ["--preload"], "postgresql", marks=NEEDS_POSTGRES),
]
LONG = "9" * 5000
CHUNKED = b"POST /notes HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" + (
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def test_put_replaces_a_note_and_patch_a_part_of_it(notes):
    here = f"/notes/{notes.create('one', 'first')['id']}"
    note = notes.ask("PATCH", here, {"text": "second"})[2]
    assert (note["title"], note["text"]) == ("one", "second")
    note = notes.ask("PUT", here, {"title": "two"})[2]
    assert (note["title"], note["text"]) == ("two", "")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_if_match_refuses_what_was_changed_since(notes, method):
    here = f"/notes/{notes.create()['id']}"
    assert notes.ask("PATCH", here, {"title": "changed"})[0] == 200
    body = None if method == "DELETE" else {"title": "lost"}
    for stale in ('"1"', 'W/"2"', "2", "", '"x"', f'"{LONG}"', '"02"', '"1",' * 1000 + '"2"'):
        status, _, problem = notes.ask(method, here, body, JSON | {"If-Match": stale})
        assert (status, problem["title"]) == (412, "Precondition Failed"), stale
    assert notes.ask("GET", here)[2]["title"] == "changed"
    assert notes.ask(method, here, body, JSON | {"If-Match": '"1", "2"'})[0] in (200, 204)


def test_if_none_match_spares_the_client_what_it_has(notes):
    here = f"/notes/{notes.create()['id']}"
    assert notes.ask("PATCH", here, {"title": "changed"})[0] == 200
    for known in ('"2"', 'W/"2"', '"1", W/"x,y" ,"2"', "*"):
        for method in "GET", "HEAD":
            status, headers, body = notes.ask(method, here, None, {"If-None-Match": known})
            assert (status, headers["ETag"], body) == (304, '"2"', None), known
    for other in ('"1"', 'W/"1"', "2", "", '"02"', 'w/"2"', '"*"', '"1", *', f'"{LONG}"'):
        status, headers, _ = notes.ask("GET", here, None, {"If-None-Match": other})
        assert (status, headers["ETag"]) == (200, '"2"'), other
    gone = f"/notes/{10**17}"
    assert notes.ask("GET", gone, None, {"If-None-Match": "*"})[0] == 404


def test_of_twenty_changes_to_one_version_one_wins(notes):
    here = f"/notes/{notes.create()['id']}"

    def change(number):
        return notes.ask("PUT", here, {"title": str(number)}, JSON | {"If-Match": '"1"'})[0]

    with ThreadPoolExecutor(20) as clients:
        statuses = sorted(clients.map(change, range(20)))
    assert statuses == [200] + [412] * 19


def test_pages_are_stable_while_notes_are_added(notes):
    wanted = [notes.create(str(number))["id"] for number in range(25)]
    seen, link = [], f"/notes?limit=10&after={wanted[0] - 1}"
    while link and seen[-1:] != wanted[-1:]:
        page = notes.ask("GET", link)[2]
        seen += [note["id"] for note in page["items"] if note["id"] <= wanted[-1]]
        notes.create("meanwhile")
        assert notes.ask("DELETE", f"/notes/{page['items'][0]['id']}")[0] == 204
        link = page["next"]
    assert seen == wanted
    assert notes.ask("GET", "/notes?limit=5&after=999999999999999999")[2]["items"] == []


FAULTY = [  # what is sent, and the status
    ("POST", "/notes", b"", 400),
    ("POST", "/notes", b'{"title": "\xff"}', 400),
    ("POST", "/notes", b'{"title": "\\ud800"}', 400),
    ("POST", "/notes", b"[" * 30_000 + b"]" * 30_000, 400),
    ("POST", "/notes", b"[" * 100_000, 413),
    ("POST", "/notes", b'{"title": "' + b"x" * BODY_BYTES + b'"}', 413),
    ("POST", "/notes", f'{{"title": {LONG}}}'.encode(), 400),
    ("POST", "/notes", b'{"title": NaN}', 422),
    ("POST", "/notes", b'{"title": "\\u0000"}', 422),
    ("POST", "/notes", b'"a note"', 422),
    ("PATCH", "/notes/1", b"{}", 422),
    ("PATCH", "/notes/1", b'{"title": null}', 422),
    ("GET", f"/notes?limit={LONG}", None, 422),
    ("GET", "/notes?limit=1&limit=2", None, 422),
    ("GET", "/notes?limit=101", None, 422),
    ("GET", "/notes?after=-1", None, 422),
    ("GET", "/notes?sort=title", None, 422),
    ("GET", "/notes/999999999999999999", None, 404),
    ("GET", f"/notes/{LONG}", None, 404),
    ("GET", "/notes/0", None, 404),
    ("GET", "/notes/one", None, 404),
    ("GET", "/notes/1%0a", None, 404),
    ("GET", "/nowhere", None, 404),
    ("GET", "/notes/1/", None, 404),
    ("GET", "/docs/assets", None, 404),
    ("DELETE", "/notes", None, 405),
]


@pytest.mark.parametrize(("method", "path", "body", "expected"), FAULTY)
def test_bad_input_is_a_problem_of_the_client_s(notes, method, path, body, expected):
    status, headers, problem = notes.ask(method, path, body)
    if len(path) > 4094 and status == 414:
        return  # gunicorn refuses such a line by itself, and not in JSON
    assert (status, problem["status"]) == (expected, expected)
    assert headers["Content-Type"] == "application/problem+json"
    assert problem.keys() >= {"type", "title", "status", "detail"}


def test_another_content_type_is_refused(notes):
    for headers in ({}, {"Content-Type": "text/plain"}):
        assert notes.ask("POST", "/notes", b'{"title": "a"}', headers)[0] == 415
    labelled = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert notes.ask("POST", "/notes", {"title": "a"}, labelled)[0] == 201


def first_line(port, sent):
    with socket.create_connection(("127.0.0.1", port), 30) as connection:
        connection.sendall(sent)
        return connection.makefile("rb").readline()


def test_a_body_that_is_too_long_is_refused_before_its_end(notes):
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    assert first_line(notes.port, CHUNKED + chunk * 5).startswith(b"HTTP/1.1 413 ")


def test_a_body_without_an_end_is_given_up_by_gunicorn_too(tmp_path):
    with serving_notes(tmp_path, server="asgi", workers=1) as notes:
        assert first_line(notes.port, CHUNKED + b"2\r\n{}\r\n").startswith(b"HTTP/1.1 408 ")


def test_a_client_that_hangs_up_in_its_body_leaves_no_traceback(notes):
    sized = CHUNKED.replace(b"Transfer-Encoding: chunked", b"Content-Length: 99")
    for half in (CHUNKED + b"9\r\n{", sized):
        with socket.create_connection(("127.0.0.1", notes.port)) as connection:
            connection.sendall(half)
    for _ in range(8):  # until every worker has gone on
        assert notes.ask("GET", "/health")[0] == 200
    assert not notes.said("Traceback")


@pytest.mark.parametrize(("server", "options", "database"), WAYS, indirect=["database"])
def test_workers_of_every_server_share_the_notes(server, options, database, tmp_path):
    with serving_notes(tmp_path, database, server, options, workers=2) as notes:
        note = notes.create()
        with ThreadPoolExecutor(20) as clients:
            here = f"/notes/{note['id']}"
            answers = list(clients.map(lambda _: notes.ask("GET", here)[2], range(60)))
            health = [notes.ask("GET", "/health")[2] for _ in range(20)]
        workers = notes.workers()
        assert not any(map(notes.said, ("ERROR", "WARNING")))
    assert answers == [note] * 60
    assert {each["database"] for each in health} == {database.partition(":")[0].partition("+")[0]}
    assert {each["pid"] for each in health} <= workers


def test_importing_the_application_opens_nothing(tmp_path):
    script = "import starlette_api.app, threading; print(threading.active_count())"
    variables = {"PYTHONPATH": str(ROOT), "DATABASE_URL": "nonsense"}
    done = run(sys.executable, "-c", script, cwd=tmp_path, env=variables)
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("url", ["nonsense", "mysql://127.0.0.1/notes"])
def test_an_unusable_database_url_ends_the_server(url, tmp_path):
    command = "-m", "uvicorn", "starlette_api.app:app", "--port", "0"
    done = run(sys.executable, *command, env={"DATABASE_URL": url})
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr
    assert url.partition(":")[0] in done.stderr


def test_the_document_tells_when_a_note_is_not_sent_again(notes):
    shown = notes.ask("GET", "/openapi.json")[2]["paths"]["/notes/{id}"]["get"]
    assert "If-None-Match" in {each["name"] for each in shown["parameters"]}
    assert shown["responses"]["304"].keys() == {"description", "headers"}
    assert shown["responses"]["304"]["headers"].keys() == {"ETag"}


def test_only_the_files_that_the_page_asks_for_are_served(notes):
    page = notes.ask("GET", "/docs")[2].decode()
    asked = set(re.findall('(?:href|src)="docs/assets/(.+?)"', page))
    assert asked == set(ASSETS)
    brought = {path.name for path in files("flask_swagger_ui").joinpath("dist").iterdir()}
    served = {name for name in brought if notes.ask("GET", f"/docs/assets/{name}")[0] == 200}
    assert served == asked < brought
