"""Runs every block of the READMEs, and shows what is printed now: python -m tests.support.rewrite

Outputs and files that are shown whole are rewritten. Those with "..." or a tolerance are not: what
is wrong there is told, for you to look at. Blocks for which this machine lacks something are named,
which is no error. Name READMEs to run these alone.
"""

import argparse
import os
import sys
from pathlib import Path

from instrument.edges import signals
from instrument.edges.errors import InstrumentError
from instrument.edges.files import writable, write
from instrument.edges.program import run_program
from tests.support.readme import PageError, edited, steps
from tests.support.terminal import reader
from tests.support.texts import READMES


def rewritten(text):
    """Return a README's text as it should be, what no edit can put right, and what was not run."""
    try:
        every = steps(text)
    except PageError as wrong:
        return text, [str(wrong)], []
    edits, left, not_run = [], [], []
    with reader() as terminal:
        for step in every:
            signals.check()
            where = f"line {step.line}: {step.title}"
            if lacking := terminal.lacks(step):
                not_run.append(f"{where}\n{lacking}")
                continue
            try:
                terminal.do(step)
            except PageError as wrong:
                edits += wrong.edits
                left += [f"{where}\n{wrong.left}"] if wrong.left else []
        left += [f"still running: {name}" for name in terminal.servers]
    return edited(text, edits), left, not_run


def rewrite(path):
    """Rewrite a README, say what was not run and what is left, and return how much is left."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InstrumentError(f"can't read {path}: {error.strerror}") from error
    writable(path.parent)
    new, left, not_run = rewritten(text)
    if new != text:
        write(path, new)
    print(f"{path}: {'rewritten' if new != text else 'as it was'}", flush=True)
    for told in not_run:
        print(f"not run: {told}", flush=True)
    for told in left:
        print(f"by hand: {told}", flush=True)
    return len(left)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.support.rewrite", description=__doc__)
    parser.add_argument("readmes", nargs="*", type=Path, metavar="README", help="default: all")
    chosen = parser.parse_args().readmes or [Path(os.path.relpath(path)) for path in READMES]
    signals.note()
    return 1 if sum(map(rewrite, chosen)) else 0


if __name__ == "__main__":
    sys.exit(run_program("rewrite", main))
