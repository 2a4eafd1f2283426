"""Puts the pages into the order of the front page's chapters, and takes out what only GitHub has."""

import re
from os.path import normpath
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

BADGE = re.compile(r"^\[!\[.*\]\(\.\./\.\./actions/.*\)$\n", re.MULTILINE)
CHAPTER = re.compile(
    r"^\| (?P<number>\d*) ?\| \[(?P<name>[^]]+)\]\((?P<folder>\w+)/README\.md\)"
    r".*\| (?P<minutes>\d+(?: \+ \d+)?)[^|]*\|$",
    re.MULTILINE,
)
CONTENTS = "\n```{{toctree}}\n:hidden:\n:caption: {}\n\n{}\n```\n"


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Append to the front page what the sidebar shows: the chapters with their minutes, then the rest."""
    if name != app.config.root_doc:
        return
    chapters = {}
    for row in CHAPTER.finditer(source[0]):
        title = " ".join(filter(None, [row["number"], row["name"]]))
        chapters[f"{row['folder']}/README"] = f"{title} · {row['minutes']} min"
    rest = sorted(app.env.found_docs - chapters.keys() - {name})
    lines = [f"{title} <{page}>" for page, title in chapters.items()]
    source[0] = BADGE.sub("", source[0])
    source[0] += CONTENTS.format("Chapters, and minutes to read + to try", "\n".join(lines))
    source[0] += CONTENTS.format("Beside the chapters", "\n".join(rest))


def lead_folders(app: Sphinx, document: nodes.document) -> None:
    """Lead a link to a folder to its README; where it has none, leave the name alone."""
    for link in list(document.findall(pending_xref)):
        folder = normpath(Path(app.env.docname).parent / link["reftarget"])
        if link.get("refdomain") != "doc" and (app.srcdir / folder).is_dir():
            page = f"{folder}/README"
            if page in app.env.found_docs:
                link.attributes |= {"refdomain": "doc", "reftarget": page, "reftargetid": None}
            else:
                link.replace_self(link.children)


def join_lines(_: Sphinx, document: nodes.document) -> None:
    """Make one text of a paragraph's lines, so that words are found which stand on two."""
    for element in document.findall(nodes.TextElement):
        joined: list[nodes.Node] = []
        for node in element.children:
            if joined and isinstance(node, nodes.Text) and isinstance(joined[-1], nodes.Text):
                joined[-1] = nodes.Text(joined[-1] + node)
            else:
                joined.append(node)
        element.children = []
        element.extend(joined)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", add_contents)
    app.connect("doctree-read", join_lines)
    app.connect("doctree-read", lead_folders)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
