"""What Sphinx is told: the READMEs are the sources, and the front page has their order."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

project = html_title = "How Python talks to the web"
root_doc = "README"
extensions = ["myst_parser", "book.pages", "book.terminals", "book.asides"]
include_patterns = ["*.md", "*/README.md", "docs/*.md"]
exclude_patterns = [".*", "results", "my_exercises", "tests"]
templates_path = ["templates"]

smartquotes = False  # the text stays as it is
myst_heading_anchors = 4
myst_fence_as_directive = ["console"]

COLOURS = {  # of look.css, which the lab's pages share
    "color-background-primary": "var(--paper)",
    "color-foreground-primary": "var(--ink)",
    "color-foreground-secondary": "var(--soft)",
    "color-foreground-muted": "var(--soft)",
    "color-brand-primary": "var(--0)",
    "color-brand-content": "var(--0)",
    "color-brand-visited": "var(--0)",
    "font-stack": "var(--letters)",
}
html_theme = "furo"
html_theme_options = {"light_css_variables": COLOURS, "dark_css_variables": COLOURS}
html_favicon = "static/icon.svg"
html_static_path = ["static", "../instrument/locustfiles/look.css"]
html_css_files = ["look.css", "book.css"]
html_js_files = [("book.js", {"defer": "defer"})]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "views.html",
        "sidebar/scroll-end.html",
    ]
}
html_additional_pages = {"index": "index.html"}  # what one looks for in a folder
html_copy_source = False
html_use_index = False
html_show_copyright = False
