"""Shows a console's block as the terminal that the text names, and each stop so that it is seen."""

import re
import shlex
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

from tests.support.readme import PageStep

NAMED = re.compile(r"[Tt]erminals? (?:\d and (?:terminal )?)?(\d)")
STOP = re.compile(r"(?:Terminals? (\d)(?: and (?:terminal )?\d)*:\s+)?[Pp]ress\s+Ctrl-C")


class Console(SphinxDirective):
    """A block: its commands apart from what they print. The tests read it with the same parser."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        words = shlex.split(" ".join(self.arguments))
        options = dict(word.partition("=")[::2] for word in words)
        kind = "log" if {"log", "stop"} & options.keys() else "typed-in"
        block = nodes.container(classes=["terminal", kind], options=options)
        step = PageStep(self.lineno, "console", options, "\n".join(self.content))
        if {"log", "stop"} & options.keys():
            block += output(step.text.splitlines())
        else:
            for command in step.commands:
                block += typed(command.text)
                if command.shown:
                    block += output(command.shown)
        return [block]


def typed(command: str) -> nodes.Element:
    """Return a command with its prompts, which nobody copies. (Sphinx colours a block that is its source.)"""
    shown = nodes.literal_block(command, classes=["command"])
    for number, line in enumerate(command.splitlines()):
        prompt = "\n> " if number else "$ "
        shown += nodes.inline("", prompt, classes=["prompt"])
        shown += nodes.inline("", line, classes=["typed"])
    return shown


def output(lines: list[str]) -> nodes.Element:
    text = "\n".join(lines)
    return nodes.literal_block(f"{text}\n", "", nodes.Text(text), classes=["output"])


class Terminals(SphinxPostTransform):
    """Gives each block the title and the colour of its terminal: the last that its section named."""

    default_priority = 5

    def run(self, **_: Any) -> None:
        number, servers = None, {}
        for node in list(self.document.findall(nodes.Element)):
            if isinstance(node, nodes.title):
                number = None
            elif isinstance(node, nodes.paragraph):
                number = ([number] + NAMED.findall(node.astext()))[-1]
                if not isinstance(node.parent, nodes.entry):
                    mark_stops(node)
            elif "terminal" in node["classes"]:
                options = node["options"]
                if "server" in options:
                    servers[options["server"]] = number
                place = servers.get(options.get("log") or options.get("stop"), number)
                node.insert(0, nodes.paragraph("", title(place, options), classes=["title"]))
                node["classes"].append(f"terminal-{place or 0}")


def title(number: str | None, options: dict[str, str]) -> str:
    name = f"Terminal {number}" if number else "Terminal"
    if "log" in options:
        return f"{name} has printed"
    return f"{name}, after Ctrl-C" if "stop" in options else name


def mark_stops(paragraph: nodes.paragraph) -> None:
    """Set what stops a server apart from the text around it."""
    for text in [each for each in paragraph if isinstance(each, nodes.Text)]:
        parts, place = [], 0
        for match in STOP.finditer(text):
            stop = nodes.inline("", match[0], classes=["stop", f"terminal-{match[1] or 0}"])
            parts += [nodes.Text(text[place : match.start()]), stop]
            place = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[place:])])


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("console", Console)
    app.add_post_transform(Terminals)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
