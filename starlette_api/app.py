"""Notes, as a REST API: in a database, which all workers share.

Run it from the root, since it has neighbours:   uvicorn starlette_api.app:app --workers 4
Its notes are in the file notes.db, or in the database that DATABASE_URL names.

Notice `run_in_threadpool`: calls to the database block, and so are made in a thread.
"""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import swagger_ui
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from starlette_api.contract import Operation
from starlette_api.models import Changes, Health, NewNote, Note, Notes, Page
from starlette_api.openapi import document
from starlette_api.problems import HANDLERS, Problem
from starlette_api.store import Store

HERE = Path(__file__).parent
SWAGGER = Path(swagger_ui.__file__).parent / "static"
DATABASE = "sqlite:///notes.db"
MOST_TAGS = 100  # that are looked at in If-Match


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.store = Store(os.environ.get("DATABASE_URL", DATABASE))
    yield
    app.state.store.close()


class AllNotes(HTTPEndpoint):
    @Operation("List notes", query=Page, gives=Notes)
    async def get(self, request: Request, page: Page) -> Response:
        found = await run_in_threadpool(store(request).list, page.after, page.limit + 1)
        items, following = found[: page.limit], None
        if len(found) > page.limit:
            following = f"/notes?limit={page.limit}&after={items[-1].id}"
        return JSONResponse(Notes(items=items, next=following).model_dump())

    @Operation("Create a note", body=NewNote, gives=Note, status=201)
    async def post(self, request: Request, new: NewNote) -> Response:
        note = await run_in_threadpool(store(request).create, new)
        return show(note, 201, {"Location": f"/notes/{note.id}"})


class OneNote(HTTPEndpoint):
    @Operation("Show a note", gives=Note)
    async def get(self, request: Request) -> Response:
        return show(await run_in_threadpool(store(request).get, note_id(request)))

    @Operation("Replace a note", body=NewNote, gives=Note, conditional=True)
    async def put(self, request: Request, new: NewNote) -> Response:
        return await self.change(request, new.model_dump())

    @Operation("Change a part of a note", body=Changes, gives=Note, conditional=True)
    async def patch(self, request: Request, changes: Changes) -> Response:
        return await self.change(request, changes.model_dump(exclude_unset=True))

    @Operation("Delete a note", status=204, conditional=True)
    async def delete(self, request: Request) -> Response:
        await run_in_threadpool(store(request).delete, note_id(request), versions(request))
        return Response(status_code=204)

    async def change(self, request: Request, values: dict) -> Response:
        change = store(request).change
        return show(await run_in_threadpool(change, note_id(request), values, versions(request)))


class HealthCheck(HTTPEndpoint):
    @Operation("Say whether the database can be reached", gives=Health)
    async def get(self, request: Request) -> Response:
        await run_in_threadpool(store(request).list, 0, 1)
        return JSONResponse(Health(database=store(request).kind, pid=os.getpid()).model_dump())


def store(request: Request) -> Store:
    return request.app.state.store


def note_id(request: Request) -> int:
    """Return the id in the path; raise Problem where it can be no note's."""
    text = request.path_params["id"]
    if not re.fullmatch("[1-9][0-9]{0,17}", text):  # up to HIGHEST_ID
        raise Problem(404, "There is no such note.")
    return int(text)


def versions(request: Request) -> list[int] | None:
    """Return the versions that If-Match names, or None when any will do."""
    header = ",".join(request.headers.getlist("If-Match")) if "If-Match" in request.headers else "*"
    tags = [tag.strip() for tag in header.split(",", MOST_TAGS)]
    if tags == ["*"]:
        return None
    return [int(tag[1:-1]) for tag in tags if re.fullmatch('"[1-9][0-9]{0,8}"', tag)]


def show(note: Note, status: int = 200, headers: dict | None = None) -> Response:
    tag = {"ETag": f'"{note.version}"'}
    return JSONResponse(note.model_dump(), status, {**tag, **(headers or {})})


async def openapi(request: Request) -> Response:
    return JSONResponse(document("Notes", "1", app.routes))


async def docs(request: Request) -> Response:
    return HTMLResponse((HERE / "docs.html").read_text())


app = Starlette(
    routes=[
        Route("/notes", AllNotes),
        Route("/notes/{id}", OneNote),
        Route("/health", HealthCheck),
        Route("/openapi.json", openapi),
        Route("/docs", docs),
        Mount("/docs/assets", StaticFiles(directory=SWAGGER)),
    ],
    exception_handlers=HANDLERS,
    lifespan=lifespan,
)
