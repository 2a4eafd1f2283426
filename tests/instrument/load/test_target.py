"""The reader's application and command, as `size` understands them."""

from dataclasses import replace

import pytest

from instrument.arithmetic.sizing import Size
from instrument.edges.errors import InstrumentError
from instrument.load.target import found, parsed

MADE = "def create_app():\n    return lambda environ, start_response: []\n"


@pytest.fixture
def target(tmp_path):
    (tmp_path / "shop.py").write_text(MADE, encoding="utf-8")
    return found("shop:create_app()", None, tmp_path, {}, None, tmp_path)


def test_an_application_that_a_function_makes_is_called_as_each_server_wants(target):
    words = ["gunicorn", "-w", "2", "-k", "gthread", "--threads", "3", "shop:create_app()"]
    assert target.words(Size(2, 3)) == words
    made = replace(target, interface="asgi").words(Size(2, 1))
    assert made == ["uvicorn", "--workers", "2", "--factory", "shop:create_app"]


def test_a_command_is_read_without_its_address(target):
    words, size = parsed("gunicorn -w 9 -b :80 --threads 2 shop:create_app()", target)
    typed = "gunicorn --workers 9 --worker-class sync --threads 2 shop:create_app()"
    assert " ".join(words) == typed
    assert size == Size(9, 2)
    with pytest.raises(InstrumentError, match="'gunicorn -w x': argument -w/--workers: invalid"):
        parsed("gunicorn -w x", target)
