"""Every page of the book in a browser: what it shows, asks for, copies, and how wide it is."""

import re

import pytest

from tests.book.conftest import IN_A_BROWSER
from tests.support import browser
from tests.support.readme import commands, steps
from tests.support.texts import TEXTS

pytestmark = IN_A_BROWSER
NAMES = [name.removesuffix(".md") for name in TEXTS]
WIDTHS = (360, 768, 1024, 1440)
OPEN_ALL = """() => {
  document.querySelectorAll(".covered").forEach((each) => each.classList.remove("closed"));
  document.querySelectorAll("details").forEach((each) => { each.open = true; });
  document.documentElement.classList.add("view-teach");
}"""
HIDDEN = """() => [...document.querySelectorAll("article pre, article p:not(.teach *)")]
  .filter((each) => !each.checkVisibility() && !each.closest("details"))
  .map((each) => each.textContent)"""
COPY_ALL = """async () => {
  const copied = [];
  for (const button of document.querySelectorAll("button.copy")) {
    button.click();
    while (button.textContent !== "Copied") await new Promise((go) => setTimeout(go));
    copied.push(await navigator.clipboard.readText());
  }
  return copied;
}"""


def test_there_is_a_page_for_each_readme_and_nothing_else(book):
    built = {str(path.relative_to(book).with_suffix("")) for path in book.rglob("*.html")}
    others = {each for each in built if each.startswith("_")}
    assert built - others == {*NAMES, "index", "search"}


@pytest.mark.parametrize("name", [*NAMES, "search"])
def test_a_page_can_be_read_at_every_width_by_everyone(reader, address, name):
    reader.goto(f"{address}/{name}.html")
    reader.evaluate(OPEN_ALL)
    found = browser.violations(reader)
    for scheme in ("light", "dark"):
        reader.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            reader.set_viewport_size({"width": width, "height": 900})
            across = reader.evaluate("document.documentElement.scrollWidth")
            assert across <= width, f"{scheme}, {width} px"
    alike = [".terminal"]  # in light and dark
    found += browser.violations(reader, ["color-contrast"], alike)
    assert not found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_copied_is_what_is_run_and_each_stop_and_log_names_its_terminal(
    reader, address, name
):
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.goto(f"{address}/{name}.html")
    text = TEXTS[f"{name}.md"]
    typed = [command.text for command in commands(text)]
    assert reader.evaluate(COPY_ALL) == typed, "by the README's runner"
    told = re.sub(r"(?s)^```.*?^```|(?-s:`[^`\n]+`|^\|.*)", "", text, flags=re.MULTILINE)
    assert reader.locator(".stop").count() == len(re.findall(r"[Pp]ress\s+Ctrl-C", told))
    logs = [each for each in steps(text) if "log" in each.options]
    has_printed = re.compile(r"^Terminal \d has printed$")
    assert reader.locator(".log .title").filter(has_text=has_printed).count() == len(logs)


def test_without_a_script_the_text_is_all_there(reader_of_all, address):
    context = reader_of_all.page.context.browser.new_context(java_script_enabled=False)
    with context:
        page = context.new_page()
        for name in NAMES:
            page.goto(f"{address}/{name}.html")
            assert page.locator("button.copy, form.predict").count() == 0
            assert not page.evaluate(HIDDEN), name
