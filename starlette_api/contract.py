"""What each operation takes and gives, and the check of each request."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect, Request

from starlette_api.problems import Problem, invalid

BODY_BYTES = 65_536
BODY_SECONDS = 10
JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """Decorates a handler, which gets what was checked as further arguments."""

    summary: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    condition: str | None = None  # the header that it heeds: If-Match or If-None-Match

    def __call__(self, handler: Callable) -> Callable:
        @wraps(handler)
        async def handle(endpoint, request: Request):
            checked = []
            try:
                if self.query:
                    checked.append(self.query.model_validate(parameters_of(request)))
                if self.body:
                    checked.append(self.body.model_validate_json(await json_of(request)))
            except ValidationError as error:
                raise invalid(error) from error
            return await handler(endpoint, request, *checked)

        handle.operation = self
        return handle


def parameters_of(request: Request) -> dict[str, str | list[str]]:
    """Return the query's parameters; one that is given twice is a list."""
    every = {name: request.query_params.getlist(name) for name in request.query_params}
    return {name: values if len(values) > 1 else values[0] for name, values in every.items()}


async def json_of(request: Request) -> bytes:
    """Return the body; raise Problem when it is not labelled JSON, too long or too slow."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != JSON:
        raise Problem(415, f"Send {JSON}.")
    body, close = bytearray(), {"Connection": "close"}  # the rest of it is never read
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES:
                    raise Problem(413, f"Send {BODY_BYTES} bytes at most.", close)
    except TimeoutError:
        raise Problem(408, f"Send the body within {BODY_SECONDS} s.", close) from None
    except ClientDisconnect:
        raise Problem(400, "The body was cut off.", close) from None  # no client is left to read it
    return bytes(body)
