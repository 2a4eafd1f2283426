"""What chapter 8 says of Prometheus' files, and its page could show only by chance."""

from instrument.faults.fixtures import ask, launched
from instrument.servers import BY_NAME

APPS = {"wsgi": "diagnosis.metrics_app:app"}


def test_a_file_that_a_worker_has_just_made_is_answered_with_500(tmp_path):
    folder = str(tmp_path)
    with launched(BY_NAME["sync"], workers=1, apps=APPS, PROMETHEUS_MULTIPROC_DIR=folder) as run:
        assert ask(run.port).status == 200
        of_the_next = tmp_path / "counter_0.db"
        of_the_next.touch()
        assert ask(run.port).status == 500
        of_the_next.write_bytes(bytes(8))  # a header, and no counter yet
        assert ask(run.port).status == 200
