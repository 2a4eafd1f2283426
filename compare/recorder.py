"""A second locustfile, beside the shared one: writes down when each request was completed.

  locust --locustfile locustfile.py,compare/recorder.py … --completions FILE

Locust's own statistics round latencies and average over the ramp-up as well.
"""

import json
import time
from pathlib import Path

from locust import events


@events.init_command_line_parser.add_listener
def add_option(parser):
    parser.add_argument(
        "--completions",
        metavar="FILE",
        include_in_web_ui=False,
        help="where to write them, as JSON",
    )


@events.init.add_listener
def record(environment, **_):
    recording = {"spawned": None, "stopping": None, "completions": []}

    @environment.events.request.add_listener
    def on_request(response_time, exception, **_):
        recording["completions"].append((time.monotonic(), response_time, bool(exception)))

    @environment.events.spawning_complete.add_listener
    def on_spawning_complete(**_):
        recording["spawned"] = time.monotonic()

    @environment.events.test_stopping.add_listener
    def on_test_stopping(**_):
        recording["stopping"] = time.monotonic()

    @environment.events.quit.add_listener
    def write(**_):
        path = Path(environment.parsed_options.completions)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(recording))
