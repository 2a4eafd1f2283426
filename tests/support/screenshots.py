"""Takes the pictures of the chapters, as a participant sees the pages: python -m tests.support.screenshots"""

import io
import tempfile
from pathlib import Path

from PIL import Image

from instrument.edges.processes import ROOT, wait_until
from tests.support.browser import SIZE, participant
from tests.support.opened_lab import lines_now, opened

COLOURS = 128  # enough for text and lines, a quarter of the bytes
SHARPNESS = 2  # pixels of the picture for each of the page's


def save(person, name):
    """Save what the page shows, in few bytes."""
    picture = Image.open(io.BytesIO(person.page.screenshot()))
    path = ROOT / "docs" / f"{name}.png"
    picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    print(path.relative_to(ROOT))


def main():
    with (
        tempfile.TemporaryDirectory() as scratch,
        opened(Path(scratch) / "log") as (_, _, address),
        participant(device_scale_factor=SHARPNESS) as person,
    ):
        page = person.page
        page.goto(f"{address}/lab/staircase")
        for name, button in (
            ("one-name", "one host name"),
            ("two-names", "two host names, by turns"),
        ):
            person.press(button)
            page.get_by_text("All are answered.").wait_for()
            save(person, f"staircase-{name}")
        page.goto(address)
        person.fill_in(40, 4)
        person.press("Start")
        page.get_by_role("table").wait_for()
        wait_until(lambda: person.statistics().get("Aggregated") == 24, seconds=60)
        page.set_viewport_size({"width": 1366, "height": 490})
        page.evaluate("scrollTo(0, 0)")  # to the link
        save(person, "lab-statistics")
        page.set_viewport_size(SIZE)
        change(person, 80, 4)
        person.follow("The lab")
        wait_until(lambda: person.lines().get("sync", {}).get("median") == 10, seconds=60)
        wait_for_news(page, "lab/data", 5)
        save(person, "lab")
        person.follow("Locust’s page")
        change(person, 200, 40)
        wait_until(lambda: lines_now(address)[0]["median"] > 24, seconds=90)
        person.tab("Charts")
        page.locator("canvas").nth(1).scroll_into_view_if_needed()
        wait_for_news(page, "stats/requests", 3)
        save(person, "lab-charts")


def wait_for_news(page, path, times):
    """Wait until a page has asked for its numbers some more times, and shows them."""
    for _ in range(times):
        with page.expect_response(f"**/{path}*"):
            pass


def change(person, users, spawn_rate):
    person.press("Edit")
    person.fill_in(users, spawn_rate)
    person.press("Update")


if __name__ == "__main__":
    main()
