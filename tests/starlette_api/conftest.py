import pytest

from tests.support.notes import serving_notes
from tests.support.postgres import INSTALL, Postgres, program

HAS_POSTGRES = program("initdb") and program("postgres")
NEEDS_POSTGRES = pytest.mark.skipif(not HAS_POSTGRES, reason=INSTALL)


@pytest.fixture(scope="module", params=["uvicorn", "asgi"])
def notes(request, tmp_path_factory):
    """The notes in SQLite, for all tests of a module, on two servers that share no code."""
    with serving_notes(tmp_path_factory.mktemp("notes"), server=request.param) as service:
        yield service


@pytest.fixture(scope="session")
def postgres():
    with Postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=NEEDS_POSTGRES)])
def database(request, tmp_path):
    """The URL of a new, empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/notes.db"
    else:
        yield request.getfixturevalue("postgres").new_database()
