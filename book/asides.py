"""Puts beside the text what other pages say of it: explanations of terms, and the teacher's rows.

It also covers what follows a question, up to the next heading, for those who predict.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

GLOSSARY, TEACHING = "docs/glossary", "docs/teaching"
PREDICT, END = (re.compile(rf"<!-- *{word} *-->") for word in ("predict", "/predict"))


def mark(node: nodes.Node) -> str:
    """Return a comment or a tag of the page's source."""
    return node.astext().strip() if isinstance(node, nodes.raw) else ""


class Predictions(SphinxPostTransform):
    """Puts what follows a question into a container, which the page's script covers."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        for question in list(self.document.findall(nodes.raw)):
            if PREDICT.fullmatch(mark(question)):
                siblings = question.parent.children
                answer = list(up_to_end(siblings[siblings.index(question) + 1 :]))
                covered = nodes.container(classes=["covered"])
                for node in answer:
                    question.parent.remove(node)
                    covered += node
                question.replace_self(covered)


def up_to_end(following: list[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield what answers a question: up to a heading, the end's mark, or the end of <details>."""
    depth = 0
    for node in following:
        depth += mark(node).startswith("<details")
        depth -= mark(node).startswith("</details")
        is_next = PREDICT.fullmatch(mark(node)) or END.fullmatch(mark(node))
        if isinstance(node, nodes.section) or depth < 0 or is_next:
            return
        yield node


class Terms(SphinxPostTransform):
    """Links a term's first use on a chapter's page to the glossary, and puts the explanation beside it."""

    default_priority = 6

    def run(self, **_: Any) -> None:
        page, missing = self.env.docname, dict(explanations(self.env))
        if page == GLOSSARY:
            for item in self.document.findall(nodes.list_item):
                item["ids"].append(anchor(item.next_node(nodes.strong).astext()))
        if page == GLOSSARY or not page.endswith("/README"):
            return
        target = self.app.builder.get_relative_uri(page, GLOSSARY)
        for text in list(self.document.findall(nodes.Text)):
            if may_be_explained(text):
                parts = list(self.explained(text, missing, target))
                text.parent.replace(text, parts)

    def explained(
        self, text: nodes.Text, missing: dict[str, list[nodes.Node]], target: str
    ) -> Iterator[nodes.Node]:
        """Yield the pieces of a text, and take the terms that it explains from those that are missing."""
        while match := re.search(any_of(missing), text) if missing else None:
            term = next(each for each in missing if each in (match[1], match[1].lower()))
            uri, about = f"{target}#{anchor(term)}", f"about-{anchor(term)}"
            said = nodes.inline("", "", *missing.pop(term), classes=["explanation", "no-search"])
            said["ids"].append(about)
            for link in said.findall(pending_xref):
                link["refdoc"] = self.env.docname
            yield nodes.Text(text[: match.start()])
            yield nodes.reference("", match[0], refuri=uri, internal=True, classes=["term"])
            yield said
            text = nodes.Text(text[match.end() :])
        yield text


def explanations(env: BuildEnvironment) -> Iterator[tuple[str, list[nodes.Node]]]:
    """Yield each term of the glossary, with what it says of it."""
    for item in env.get_doctree(GLOSSARY).findall(nodes.list_item):
        term = item.next_node(nodes.strong)
        colon, *said = term.parent[term.parent.index(term) + 1 :]
        yield term.astext(), [nodes.Text(colon.removeprefix(": ")), *said]


def anchor(term: str) -> str:
    return f"term-{nodes.make_id(term)}"


def any_of(terms: Iterable[str]) -> re.Pattern[str]:
    """Return what finds one of these words in the singular or the plural; capitals count in capitals."""
    words = sorted(terms, key=len, reverse=True)
    each = (
        re.escape(word) if word != word.lower() else f"(?i:{re.escape(word)})" for word in words
    )
    return re.compile(rf"(?<![\w-])({'|'.join(each)})s?(?![\w-])")


def may_be_explained(text: nodes.Text) -> bool:
    """Return whether a text is one of a paragraph, and stands in no link, code, table or row."""
    parent = text.parent
    while isinstance(parent, nodes.emphasis | nodes.strong):
        parent = parent.parent
    around = parent.parent
    is_told = isinstance(around, nodes.section | nodes.list_item) or "covered" in around["classes"]
    return is_told and isinstance(parent, nodes.paragraph)


class Rows(SphinxPostTransform):
    """Puts the row that the notes for teaching have of a section below the section's title."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        for table in self.env.get_doctree(TEACHING).findall(nodes.table):
            heading, *rows = ([*row.children] for row in table.findall(nodes.row))
            for place, *cells in rows:
                link = place.next_node(pending_xref)
                if link is not None and link.get("reftarget") == self.env.docname:
                    self.add(link.get("reftargetid"), heading[1:], cells)

    def add(self, slug: str, names: list[nodes.Element], cells: list[nodes.Element]) -> None:
        row = nodes.container(classes=["teach", "no-search"])
        for name, cell in zip(names, cells, strict=True):
            said = [each.deepcopy() for each in cell[0].children]
            row += nodes.paragraph("", "", nodes.strong("", f"{name.astext()}: "), *said)
        for section in self.document.findall(nodes.section):
            if section.get("slug") == slug:
                section.insert(1, row)


def setup(app: Sphinx) -> dict[str, bool]:
    for transform in (Predictions, Terms, Rows):
        app.add_post_transform(transform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
