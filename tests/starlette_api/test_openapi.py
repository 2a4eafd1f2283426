"""The API as tools of others see it: Schemathesis, and Swagger UI in a browser."""

import re
import sys
from pathlib import Path

from instrument.edges.processes import environment
from tests.support import browser
from tests.support.commands import run

SETTINGS = Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 5  # of each operation


def test_schemathesis_finds_nothing(notes, tmp_path):
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(SETTINGS), "run"]
    document = f"http://127.0.0.1:{notes.port}/openapi.json"
    limits = "--checks", "all", "--max-examples", EXAMPLES, "--seed", "1"
    # in a folder where it may leave a cache
    done = run(*command, document, *limits, seconds=300, cwd=tmp_path, env=environment())
    assert done.returncode == 0, done.stdout
    assert "Tested: 7" in done.stdout
    assert not notes.said("ERROR")


@browser.NEEDS_BROWSER
def test_the_page_of_the_api_renders_and_creates_a_note(notes):
    with browser.participant() as person:
        person.page.goto(f"http://127.0.0.1:{notes.port}/docs")
        operation = person.page.locator("#operations-default-post_notes")
        operation.click()
        operation.get_by_role("button", name="Try it out").click()
        operation.locator("textarea").fill('{"title": "from the page"}')
        operation.get_by_role("button", name="Execute").click()
        operation.locator(".live-responses-table").get_by_text("201").wait_for()
        answer = operation.locator(".live-responses-table").inner_text()
        assert person.trouble == []
    location = re.search("location: (/notes/[0-9]+)", answer)[1]
    assert notes.ask("GET", location)[2]["title"] == "from the page"
