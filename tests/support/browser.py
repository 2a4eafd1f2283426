"""A participant's browser: the distribution's Chromium, and what a person does with the pages."""

from contextlib import contextmanager
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import sync_playwright

from instrument.edges.tools import find, lacking

NEEDS_BROWSER = pytest.mark.skipif(lacking("chromium") != "", reason=lacking("chromium"))
QUIET = (  # nothing but what the pages ask for
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # a container's root has none; the pages are our own
)
SIZE = {"width": 1366, "height": 768}  # of many a projector
THIS_MACHINE = {"127.0.0.1", "localhost"}


AXE = """([rules, exclude]) => axe.run({ exclude }, {
  resultTypes: ["violations"], selectors: false, preload: false, ...(rules.length && { runOnly: rules }),
})"""


def violations(page, rules=(), exclude=()):
    """Return what axe-core finds wrong on a page: rules, each with the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    found = page.evaluate(AXE, [list(rules), list(exclude)])["violations"]
    return [(each["id"], each["nodes"][0]["html"]) for each in found]


class Participant:
    """Opens pages, presses buttons, reads numbers; and notes what a page should not do."""

    def __init__(self, page):
        self.page = page
        self.trouble = []
        page.on("request", self.note_request)
        page.on("console", lambda message: self.note(message.type == "error", message.text))
        page.on("pageerror", lambda error: self.note(True, str(error)))

    def note(self, is_trouble, text):
        if is_trouble:
            self.trouble.append(text)

    def note_request(self, request):
        host = urlsplit(request.url).hostname
        self.note(host and host not in THIS_MACHINE, f"a request left the machine: {request.url}")

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name):
        self.page.get_by_role("link", name=name).click()

    def fill_in(self, users, spawn_rate):
        self.page.get_by_label("Number of users").fill(str(users))
        self.page.get_by_label("Ramp up").fill(str(spawn_rate))

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).click()

    def statistics(self):
        """Return what Locust's page shows as Current RPS, by row."""
        table = self.page.get_by_role("table").first
        headings = table.locator("thead th").all_inner_texts()
        column = next(
            index for index, each in enumerate(headings) if each.split() == ["Current", "RPS"]
        )
        rows = [row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()]
        return {row[1]: float(row[column]) for row in rows}

    def lines(self):
        """Return what the lab's page shows now: numbers by server and column."""
        shown = {}
        for row in self.page.locator("[data-server]").all():
            cells = row.locator("[data-value]").all()
            shown[row.get_attribute("data-server")] = {
                cell.get_attribute("data-value"): float(cell.inner_text().replace("–", "nan"))
                for cell in cells
            }
        return shown

    def answered(self):
        """Return what the staircase shows: the seconds after which each request was answered."""
        return {
            section.get_attribute("data-server"): [
                float(word)
                for word in (section.locator("svg").get_attribute("aria-label") or "").split()
                if word[0].isdigit()
            ]
            for section in self.page.locator("section").all()
        }


@contextmanager
def participant(**options):
    """Open a browser with one page, and close both."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find("chromium"), args=QUIET)
        try:
            yield Participant(browser.new_page(viewport=SIZE, **options))
        finally:
            browser.close()
