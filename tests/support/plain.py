"""What a reader of a README could not see, or not take apart: no edges."""

import re
import shlex

from tests.support.readme import steps

MOST_COMMANDS = 2  # of a pipeline


def hidden_stops(text):
    """Return the lines that stop a server in a comment, where no text beside it says Ctrl-C."""
    lines = text.splitlines()
    visible = [re.sub("<!--.*?-->", "", line) for line in lines]
    return [
        number
        for number, line in enumerate(lines, start=1)
        if re.search(r"<!--\s*stop ", line)
        and not re.search(r"press\s+Ctrl-C", " ".join(visible[max(number - 2, 0) : number]))
    ]


def commands(text):
    """Return the commands of a README, also those of blocks that are exempt."""
    blocks = [step for step in steps(text) if step.language == "console"]
    asked = [step for step in blocks if not {"log", "stop"} & set(step.options)]
    return [command.text for step in asked for command in step.commands]


def long_pipelines(text):
    """Return the commands of a README that hold a pipeline of more than two commands."""
    return [command for command in commands(text) if longest_pipeline(command) > MOST_COMMANDS]


def longest_pipeline(command):
    words = shlex.shlex(command, posix=False, punctuation_chars=True)
    words.whitespace_split, words.commenters = True, ""
    longest = length = 1
    for word in words:
        if word in ("|", "|&"):
            length += 1
        elif set(word) <= set(";&|()"):
            length = 1
        longest = max(longest, length)
    return longest
