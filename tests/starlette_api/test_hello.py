from compare import processes
from starlette_api.hello import app


def test_hello_is_an_application_of_one_route():
    assert [route.path for route in app.routes] == ["/"]


def test_hello_runs_from_its_folder(network, tmp_path):
    network.need(8000)
    start = "cd starlette_api && uvicorn hello:app --workers 4"
    with processes.running(network.command(start), tmp_path / "log") as process:
        assert network.wait_for(8000, process)[2] == '{"hello":"world"}'
