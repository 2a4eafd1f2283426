"""Runs every block of the READMEs, and shows what is printed now: python -m tests.support.rewrite

Outputs and files that are shown whole are rewritten. Those with "..." or a tolerance are not: what
is wrong there is told, for you to look at. Name READMEs to run these alone.
"""

import argparse
import sys
from pathlib import Path

from instrument import processes, signals
from instrument.processes import ROOT
from instrument.saved import write
from instrument.signals import Interrupted
from tests.support.readme import Wrong, edited, steps
from tests.support.terminal import READMES, Terminal


def rewritten(text):
    """Return a README's text as it should be, and what no edit can put right."""
    edits, left = [], []
    with Terminal() as terminal:
        for step in steps(text):
            signals.check()
            if terminal.lacks(step):
                continue
            try:
                terminal.do(step)
            except Wrong as wrong:
                edits += wrong.edits
                if not wrong.edits:
                    left.append(f"line {step.line}: {step.title}\n{wrong}")
        left += [f"still running: {name}" for name in terminal.servers]
    return edited(text, edits), left


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.support.rewrite", description=__doc__)
    parser.add_argument("readmes", nargs="*", type=Path, metavar="README", help="default: all")
    chosen = [path.resolve() for path in parser.parse_args().readmes] or READMES
    signals.note()
    is_well = True
    for path in chosen:
        text = path.read_text()
        new, left = rewritten(text)
        if new != text:
            write(path, new)
        print(f"{path.relative_to(ROOT)}: {'rewritten' if new != text else 'as it was'}")
        for told in left:
            print(f"by hand: {told}")
        is_well &= not left
    return 0 if is_well else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Interrupted as interruption:
        sys.exit(interruption.exit_status)
    except OSError as error:
        sys.exit(f"can't read {error.filename}: {error.strerror}")
    finally:
        processes.end_all()
