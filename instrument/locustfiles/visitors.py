"""A locustfile: users who send one request, again and again, as soon as it is answered.

  locust --locustfile instrument/locustfiles/visitors.py,instrument/locustfiles/recorder.py … --request FILE

FILE is JSON: the method, the headers, the file of the data, and for how many seconds a user waits.
A redirect is not followed, since it may lead to another host.
"""

import json
import random
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import gevent
from locust import FastHttpUser, events, task


@events.init_command_line_parser.add_listener
def add_option(parser: ArgumentParser) -> None:
    parser.add_argument("--request", metavar="FILE", required=True, help="what users send, as JSON")


class Visitor(FastHttpUser):
    path = "/"  # that recorder.py sets
    method: str
    headers: dict[str, str]
    data: Any  # bytes, which Locust does not name
    stagger: float

    def on_start(self) -> None:
        gevent.sleep(random.random() * self.stagger)  # not in step with each other

    @task
    def visit(self) -> None:
        self.client.request(
            self.method,
            self.path,
            headers=self.headers,
            data=self.data,
            name=self.path,
            allow_redirects=False,
        )


@events.init.add_listener
def read_request(environment: Any, **_: object) -> None:
    told = json.loads(Path(environment.parsed_options.request).read_text(encoding="utf-8"))
    Visitor.method, Visitor.headers = told["method"], told["headers"]
    Visitor.stagger = min(1, told["seconds"])
    Visitor.data = Path(told["data"]).read_bytes() if told["data"] else None
    Visitor.network_timeout = Visitor.connection_timeout = told["patience"]
