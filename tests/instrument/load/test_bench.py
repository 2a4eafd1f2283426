"""What is read after Locust has ended."""

import json
import os
from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from instrument.edges import processes
from instrument.edges.errors import InstrumentError
from instrument.load.bench import Bench, Plan, put_load
from instrument.servers import SUBJECTS
from tests.support.samples import CONDITIONS


@pytest.mark.parametrize("name", ["sync.json", "sync.7.json"])
def test_a_recording_of_an_earlier_run_is_not_taken_for_this_one(name, tmp_path, monkeypatch):
    ended = SimpleNamespace(poll=lambda: 0, returncode=0, pid=os.getpid())
    server = SimpleNamespace(poll=lambda: None, pid=os.getpid())
    monkeypatch.setattr(processes, "running", lambda *_: nullcontext(ended))
    monkeypatch.setattr(Bench, "started", lambda *_: nullcontext(server))
    earlier = {"spawned": None, "stopping": None, "completions": [], "late": []}
    (tmp_path / name).write_text(json.dumps(earlier), encoding="utf-8")
    display = SimpleNamespace(begin=lambda *_: None)
    bench = Bench([], Plan(1, 1, 1), CONDITIONS, tmp_path, tmp_path, display)
    with pytest.raises(InstrumentError, match="Locust has recorded nothing"):
        put_load(bench, SUBJECTS["sync"], 1, [])
