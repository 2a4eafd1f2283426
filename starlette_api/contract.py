"""What each operation takes and gives: from it come the checks and the OpenAPI document."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import models_json_schema
from starlette.requests import ClientDisconnect, Request
from starlette.routing import BaseRoute

from starlette_api.models import HIGHEST_ID, Error
from starlette_api.problems import Problem, invalid

BODY_BYTES = 65_536
BODY_SECONDS = 10
JSON = "application/json"
PROBLEM = "application/problem+json"
ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}
ID = {"name": "id", "in": "path", "required": True, "schema": ID_SCHEMA}
IF_MATCH = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}


@dataclass(frozen=True)
class Operation:
    """Decorates a handler, which gets what was checked as further arguments."""

    summary: str
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    conditional: bool = False  # heeds If-Match

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

    def document(self, path: str) -> dict:
        """Return the OpenAPI document's part on this operation."""
        has_id = "{id}" in path
        statuses = {503, *([404] if has_id else []), *([412] if self.conditional else [])}
        statuses |= {400, 408, 413, 415, 422} if self.body else {422} if self.query else set()
        query = self.query.model_json_schema()["properties"] if self.query else {}
        parameters = [{"name": each, "in": "query", "schema": query[each]} for each in query]
        told = {
            "summary": self.summary,
            "parameters": parameters + [ID] * has_id + [IF_MATCH] * self.conditional,
            "responses": {str(self.status): answer(self.status, JSON, self.gives)}
            | {str(status): answer(status, PROBLEM, Error) for status in sorted(statuses)},
        }
        if self.body:
            told["requestBody"] = {"required": True, "content": content(JSON, self.body)}
        return told


def content(media_type: str, model: type[BaseModel]) -> dict:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def answer(status: int, media_type: str, model: type[BaseModel] | None) -> dict:
    described = {"description": HTTPStatus(status).phrase}
    return described | ({"content": content(media_type, model)} if model else {})


def document(title: str, version: str, routes: Iterable[BaseRoute]) -> dict:
    """Return the OpenAPI document of all operations of the routes."""
    paths, models = {}, {Error}
    for route in routes:
        for method in ("get", "post", "put", "patch", "delete"):
            handler = getattr(getattr(route, "endpoint", None), method, None)
            if operation := getattr(handler, "operation", None):
                paths.setdefault(route.path, {})[method] = operation.document(route.path)
                models |= {operation.body, operation.gives} - {None}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    info = {"title": title, "version": version}
    components = {"schemas": schemas["$defs"]}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": components}


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
        raise Problem(400, "The body was cut off.", close) from None  # which nobody reads
    return bytes(body)
