"""The OpenAPI document, written from what the operations take and give."""

from collections.abc import Iterable
from http import HTTPStatus

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.routing import BaseRoute

from starlette_api.contract import JSON, Operation
from starlette_api.models import HIGHEST_ID, Error, Note

PROBLEM = "application/problem+json"
ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": HIGHEST_ID}
ID = {"name": "id", "in": "path", "required": True, "schema": ID_SCHEMA}
STRING = {"schema": {"type": "string"}}
HEADERS = {201: ["ETag", "Location"], 304: ["ETag"], 503: ["Retry-After"]}
UNMET = {"If-Match": 412, "If-None-Match": 304}  # the status when the condition is not met


def document(title: str, version: str, routes: Iterable[BaseRoute]) -> dict:
    """Return the OpenAPI document of all operations of the routes."""
    paths, models = {}, {Error}
    for route in routes:
        for method in ("get", "post", "put", "patch", "delete"):
            handler = getattr(getattr(route, "endpoint", None), method, None)
            if operation := getattr(handler, "operation", None):
                paths.setdefault(route.path, {})[method] = part_on(operation, route.path)
                models |= {operation.body, operation.gives} - {None}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    info = {"title": title, "version": version}
    components = {"schemas": schemas["$defs"]}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": components}


def part_on(operation: Operation, path: str) -> dict:
    """Return the document's part on one operation."""
    has_id = "{id}" in path
    statuses = {503, *([404] if has_id else []), UNMET.get(operation.condition, 503)}
    statuses |= {400, 408, 413, 415, 422} if operation.body else {422} if operation.query else set()
    query = operation.query.model_json_schema()["properties"] if operation.query else {}
    parameters = [{"name": each, "in": "query", "schema": query[each]} for each in query]
    if operation.condition:
        parameters.append({"name": operation.condition, "in": "header", **STRING})
    if has_id:
        parameters.append(ID)
    told = {
        "summary": operation.summary,
        "parameters": parameters,
        "responses": {str(operation.status): answer(operation.status, JSON, operation.gives)}
        | {str(status): answer(status, PROBLEM, Error) for status in sorted(statuses)},
    }
    if operation.body:
        told["requestBody"] = {"required": True, "content": content(JSON, operation.body)}
    return told


def content(media_type: str, model: type[BaseModel]) -> dict:
    return {media_type: {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def answer(status: int, media_type: str, model: type[BaseModel] | None) -> dict:
    names = HEADERS.get(status, ["ETag"] if model is Note else [])
    described = {"description": HTTPStatus(status).phrase, "headers": dict.fromkeys(names, STRING)}
    has_body = model and status != 304
    return described | ({"content": content(media_type, model)} if has_body else {})
