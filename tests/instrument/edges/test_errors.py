from instrument.edges.errors import InstrumentError, tail_of_log


def test_tail_tells_each_error_once_with_its_place_and_no_frames():
    crash = 'Traceback (most recent call last):\n  File "a.py", line 7\n    y\nValueError: z\n'
    log = f"[INFO] one\n\n{crash}[ERROR] two\n{crash}[INFO] three\n"
    assert tail_of_log(log) == ["ValueError: z (a.py, line 7)", "[ERROR] two"]
    assert tail_of_log("[INFO] only\n") == ["[INFO] only"]


def test_a_log_that_was_not_written_has_no_tail(tmp_path):
    assert InstrumentError("no server of ours", tmp_path / "server.log").tail == []
