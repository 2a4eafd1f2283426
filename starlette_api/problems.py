"""Every error as JSON in one form: problem details for HTTP APIs, RFC 9457."""

import logging
from http import HTTPStatus

from pydantic import ValidationError
from sqlalchemy import exc
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

RETRY_SECONDS = 1


class Problem(HTTPException):
    """An error that the client is told; `more` are further members of the answer."""

    def __init__(self, status: int, detail: str, headers: dict | None = None, **more: object):
        super().__init__(status, detail, headers)
        self.more = more


def invalid(error: ValidationError) -> Problem:
    """Return 400 for what is not JSON, else 422 with every faulty field named."""
    faults = error.errors()
    if faults[0]["type"] == "json_invalid":
        return Problem(400, faults[0]["msg"])
    errors = [{"field": ".".join(map(str, each["loc"])), "fault": each["msg"]} for each in faults]
    return Problem(422, "Some fields are not valid.", errors=errors)


def tell(request: Request, error: HTTPException) -> Response:
    status, more = error.status_code, getattr(error, "more", {})
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": error.detail, **more}
    return JSONResponse(body, status, error.headers, "application/problem+json")


def unavailable(request: Request, error: exc.SQLAlchemyError) -> Response:
    logging.getLogger("uvicorn.error").warning("database: %s", str(error).splitlines()[0])
    request.app.state.store.doubt(error)
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return tell(request, Problem(503, "The database can't be reached, or is busy.", headers))


def unexpected(request: Request, error: Exception) -> Response:
    return tell(request, Problem(500, "The server failed. Its log says more."))


HANDLERS = {
    HTTPException: tell,
    exc.DBAPIError: unavailable,
    exc.DisconnectionError: unavailable,
    exc.TimeoutError: unavailable,  # for a connection of the pool, or a turn to write
    Exception: unexpected,
}
