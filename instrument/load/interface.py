"""Imports an application as a server would, and tells what it is.

  PYTHON instrument/load/interface.py shop.wsgi:application FILE

The Python is the reader's, so this needs no package and no new syntax. It writes to FILE, since
an application may print what it likes.
"""

import importlib
import importlib.util
import inspect
import json
import os
import platform
import sys
import traceback
from typing import Any


def imported(name: str) -> Any:
    module, _, attribute = name.partition(":")
    found: Any = importlib.import_module(module)
    is_factory = attribute.endswith("()")
    for part in (attribute or "application").replace("()", "").split("."):
        found = getattr(found, part)
    return found() if is_factory else found


def interface_of(app: Any) -> object:
    """Return wsgi or asgi, or None where the callable does not show it."""
    if inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(type(app).__call__):
        return "asgi"
    try:
        parameters = inspect.signature(app).parameters.values()
    except (TypeError, ValueError):
        return None
    needed = [each for each in parameters if each.kind in (0, 1) and each.default is each.empty]
    if any(each.kind == each.VAR_POSITIONAL for each in parameters):
        return None
    return {2: "wsgi", 3: "asgi"}.get(len(needed))


def version_of(package: str) -> object:
    if not importlib.util.find_spec(package):
        return None
    return getattr(importlib.import_module(package), "__version__", "")


def main() -> None:
    name, path = sys.argv[1:]
    sys.path[0] = ""  # the folder that this runs in
    told: dict[str, Any] = {"python": platform.python_version(), "error": None}
    try:
        app = imported(name)
        told["is_callable"] = callable(app)
        told["interface"] = interface_of(app)
    except BaseException as error:  # noqa: BLE001  sys.exit too: all of it stops a server
        told["error"] = traceback.format_exception_only(type(error), error)[-1].strip()
    told["gunicorn"], told["uvicorn"] = version_of("gunicorn"), version_of("uvicorn")
    if told["gunicorn"] is not None:
        from gunicorn.config import KNOWN_SETTINGS

        told["has_control"] = any("--no-control-socket" in (s.cli or ()) for s in KNOWN_SETTINGS)
    with open(path, "w", encoding="utf-8") as file:
        json.dump(told, file)
    os._exit(0)  # an application may have started threads that never end


if __name__ == "__main__":
    main()
