"""What a reader does with the book: predict, tick, look terms up, teach, project, print, search."""

import re
from collections import Counter

import pytest

from tests.book.conftest import IN_A_BROWSER
from tests.support.texts import TEXTS

pytestmark = IN_A_BROWSER
ASKING = {
    name.removesuffix(".md"): count
    for name, text in TEXTS.items()
    if (count := len(re.findall(r"^<!-- predict -->$", text, re.MULTILINE)))
}
ROW = re.compile(r"^\| \[[^]]+\]\(\.\./(\w+/README)\.md#", re.MULTILINE)


@pytest.mark.parametrize(
    ("width", "name", "place"),
    [(360, "site navigation", ".sidebar-drawer"), (1024, "table of contents", ".toc-drawer")],
)
def test_what_a_small_screen_hides_opens_with_the_keyboard_alone(
    reader, address, width, name, place
):
    reader.set_viewport_size({"width": width, "height": 800})
    reader.goto(f"{address}/wsgi/README.html")
    link = reader.locator(f"{place} a").last
    assert not link.is_visible()
    for _ in range(3):
        reader.keyboard.press("Tab")
        if name in reader.evaluate("document.activeElement.ariaLabel ?? ''"):
            break
    reader.keyboard.press("Space")
    assert link.is_visible()


def test_each_question_has_a_field_and_covers_what_follows(reader, address):
    assert ASKING
    for name, count in ASKING.items():
        reader.goto(f"{address}/{name}.html")
        assert reader.locator("form.predict").count() == count, name
        covered = reader.locator(".covered").evaluate_all(
            "all => all.map((a) => a.children.length)"
        )
        assert all(covered), f"{name}: a mark that nothing follows"
        assert reader.locator(".covered .output:visible").count() == 0


def test_a_prediction_stands_beside_what_came_until_all_are_cleared(reader, address):
    name = "wsgi/README"
    reader.goto(f"{address}/{name}.html")
    first = reader.locator("form.predict").first
    answer = reader.locator(".covered").first.locator(".output, p:not(.title)").last
    first.get_by_role("button", name="Show", exact=True).click()
    assert not answer.is_visible(), "nothing was written"
    first.get_by_label("Your prediction").fill("four <b>processes</b>")
    reader.keyboard.press("Enter")
    assert first.inner_text() == "You predicted: four <b>processes</b>"
    assert answer.is_visible()
    second = reader.locator("form.predict").nth(1)
    second.get_by_role("button", name="Show without").click()
    assert second.inner_text() == "You did not predict."
    reader.reload()
    assert "four" in reader.locator("form.predict").first.inner_text()
    reader.get_by_role("button", name="Clear predictions and ticks").click()
    reader.get_by_label("Your prediction").first.wait_for()
    assert not answer.is_visible()
    assert "prediction" not in reader.evaluate("JSON.stringify(localStorage)")


def test_the_sidebar_has_the_minutes_and_counts_the_sections_that_were_finished(reader, address):
    reader.goto(f"{address}/wsgi/README.html")
    boxes = reader.get_by_label("I have finished this section")
    boxes.nth(1).check()
    assert reader.locator(".toc-tree .ticked").all_inner_texts() == ["What is in environ?"]
    total = boxes.count()
    reader.goto(f"{address}/asgi/README.html")
    links = reader.locator(".sidebar-tree a")
    assert re.match(r"1 WSGI · \d+ \+ \d+ min", links.nth(0).inner_text())
    marks = [each for each in links.evaluate_all("all => all.map((a) => a.dataset.ticks)") if each]
    assert marks == [f"1 of {total} ✓"]


def test_a_term_is_explained_to_the_keyboard_and_to_a_pointer(reader, address):
    reader.goto(f"{address}/wsgi/README.html")
    term = reader.locator("a.term", has_text="backlog").first
    said = reader.locator("#about-term-backlog")
    assert not said.is_visible()
    term.focus()
    assert said.is_visible()
    assert "queue of connections" in said.inner_text()
    reader.keyboard.press("Escape")
    said.wait_for(state="hidden")
    term.hover()
    said.wait_for(state="visible")
    term.click()
    assert reader.url.endswith("docs/glossary.html#term-backlog")


def test_the_teachers_rows_are_shown_to_the_teacher_alone(reader, address):
    for name, count in Counter(ROW.findall(TEXTS["docs/teaching.md"])).items():
        reader.goto(f"{address}/{name}.html")
        assert reader.locator("section > .teach").count() == count, name
        assert reader.locator(".teach:visible").count() == 0, name
    reader.goto(f"{address}/wsgi/README.html?teach")
    asked = reader.locator("#four-workers > .teach:visible").inner_text()
    assert "Which process is the parent?" in asked
    reader.get_by_role("button", name="Teacher’s notes").click()
    assert reader.locator(".teach:visible").count() == 0


def test_a_projector_shows_one_section_at_a_time(reader, address):
    reader.goto(f"{address}/wsgi/README.html?projector")
    titles = reader.locator("article :is(h1, h2, h3):visible")
    seen = []
    for _ in range(3):
        assert titles.count() == 1
        seen.append(titles.inner_text())
        reader.keyboard.press("ArrowRight")
    assert len(set(seen)) == 3
    reader.keyboard.press("ArrowLeft")
    assert titles.inner_text() == seen[2]
    reader.keyboard.press("Escape")
    assert titles.count() > 3


def pages_of(reader, paper):
    return len(re.findall(rb"/Type\s*/Page\b", reader.pdf(format=paper)))


def test_a_chapter_prints_with_its_folds_open_and_without_the_buttons(reader, address):
    reader.goto(f"{address}/wsgi/README.html")
    reader.emulate_media(media="print")
    blocks = reader.locator("article pre").all()
    assert blocks
    assert all(each.is_visible() for each in blocks)
    assert reader.locator(":is(.sidebar-drawer, .toc-drawer, .copy, .predict):visible").count() == 0


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_to_print_is_one_page(reader, address, paper):
    reader.goto(f"{address}/diagnosis/README.html")
    reader.evaluate("window.print = () => {}")
    section = reader.locator("#a-page-to-print")
    section.get_by_role("button", name="Print this section").click()
    assert pages_of(reader, paper) == 1
    assert pages_of(reader, paper) > 10, "afterwards, the chapter"


def test_the_search_shows_neither_answers_nor_the_teachers_rows(reader, address):
    reader.goto(f"{address}/search.html?q=backlog")
    results = reader.locator("#search-results")
    results.get_by_text("What breaks in production").wait_for()
    reader.wait_for_load_state("networkidle")
    shown = results.inner_text()
    assert "ask back" not in shown
    assert "backlogThe operating system" not in shown


def test_the_search_works_from_a_folder(reader, book):
    page = reader
    page.goto(f"file://{book}/index.html")
    page.wait_for_url("**/README.html")
    page.get_by_label("Search").fill("backlog")
    page.keyboard.press("Enter")
    page.locator("#search-results li a", has_text="WSGI").first.click()
    assert "wsgi/README.html" in page.url
