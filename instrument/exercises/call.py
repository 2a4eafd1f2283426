"""Writes what a reader's file defines, or what its functions give.

python -m instrument.exercises.call FILE WANTED [errors]

WANTED is a dict, as Python writes it: names, each with None for its value, or with the arguments of
each call. With a third word, a call that fails gives its error. The result is JSON, in the file RESULT.
"""

import ast
import json
import os
import runpy
import sys
from typing import Any


def given(function: Any, arguments: tuple[Any, ...], catches: bool) -> object:
    try:
        return function(*arguments)
    except Exception as error:
        if not catches:
            raise
        return f"{type(error).__name__}: {error}"


def plain(value: Any) -> float | str:
    """Return what JSON can hold in place of a value."""
    return float(value) if hasattr(value, "__float__") else repr(value)


def main() -> None:
    _, file, wanted, *catches = sys.argv
    found = runpy.run_path(file)
    result: dict[str, object] = {}
    for name, cases in ast.literal_eval(wanted).items():
        value = found.get(name)
        if cases is not None and not callable(value):
            sys.exit(f"there is no function {name} in it")
        result[name] = (
            value if cases is None else [given(value, case, bool(catches)) for case in cases]
        )
    with open(os.environ["RESULT"], "w", encoding="utf-8") as written:
        json.dump(result, written, default=plain)


if __name__ == "__main__":
    main()
