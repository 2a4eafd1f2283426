import socket

from instrument import check, cli, processes
from instrument.processes import wait_until
from instrument.servers import BY_NAME


def test_packages_are_compared_with_the_requirements():
    asked = "rich >= 1  # fine\n\n# a comment\nrich < 1\nno-such-package\n"
    found = [str(each) for each in check.packages(asked)]
    assert found[0].startswith("ok    rich ")
    assert found[1].startswith("BAD   rich ")
    assert found[1].endswith("<1 is wanted, make setup")
    assert found[2] == "BAD   no-such-package is not installed: make setup"


def test_taken_port_is_told_and_the_exit_status_is_1(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        monkeypatch.setattr(check, "PORTS", {port: "this test"})
        [found] = check.ports()
        assert not found.good
        assert f"port {port} is taken" in str(found)
        monkeypatch.setattr(check, "leftovers", list)
        assert cli.main(["check"]) == 1


def test_servers_left_running_are_told_with_the_way_to_end_them(tmp_path):
    command = BY_NAME["sync"].command(processes.free_port(), 1, "wsgi.app:app")
    with processes.running(command, tmp_path / "log") as process:
        wait_until(lambda: BY_NAME["sync"].booted in (tmp_path / "log").read_text())
        assert f"kill -- -{process.pid}" in " ".join(map(str, check.leftovers()))
