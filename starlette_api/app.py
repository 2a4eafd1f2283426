"""A REST API for notes, in a database that all workers share.

Run it from the root:   uvicorn starlette_api.app:app --workers 4
It stores the notes in the file notes.db, or in the database that DATABASE_URL names.

Look for `run_in_threadpool`: calls to the database block, so each is made in a thread.
"""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import exc
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
from starlette_api.store import WAIT_SECONDS, WRITERS, Store

DOCS = Path(__file__).with_name("docs.html")
ASSETS = "swagger-ui.css", "swagger-ui-bundle.js"  # which docs.html asks for
DATABASE = "sqlite:///notes.db"
MOST_TAGS = 100  # the application reads in If-Match and If-None-Match


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.store = Store(os.environ.get("DATABASE_URL", DATABASE))
    app.state.turns = asyncio.Semaphore(WRITERS)
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
        note = await write(request, store(request).create, new)
        return show(note, 201, {"Location": f"/notes/{note.id}"})


class OneNote(HTTPEndpoint):
    @Operation("Show a note", gives=Note, condition="If-None-Match")
    async def get(self, request: Request) -> Response:
        note = await run_in_threadpool(store(request).get, note_id(request))
        known = versions(request, "If-None-Match", weak="(?:W/)?")
        if "If-None-Match" in request.headers and (known is None or note.version in known):
            return Response(status_code=304, headers=tag(note))
        return show(note)

    @Operation("Replace a note", body=NewNote, gives=Note, condition="If-Match")
    async def put(self, request: Request, new: NewNote) -> Response:
        return await self.change(request, new.model_dump())

    @Operation("Change a part of a note", body=Changes, gives=Note, condition="If-Match")
    async def patch(self, request: Request, changes: Changes) -> Response:
        return await self.change(request, changes.model_dump(exclude_unset=True))

    @Operation("Delete a note", status=204, condition="If-Match")
    async def delete(self, request: Request) -> Response:
        await write(request, store(request).delete, note_id(request), versions(request))
        return Response(status_code=204)

    async def change(self, request: Request, values: dict) -> Response:
        change = store(request).change
        return show(await write(request, change, note_id(request), values, versions(request)))


class HealthCheck(HTTPEndpoint):
    @Operation("Say whether the database can be reached", gives=Health)
    async def get(self, request: Request) -> Response:
        await run_in_threadpool(store(request).list, 0, 1)
        return JSONResponse(Health(database=store(request).kind, pid=os.getpid()).model_dump())


def store(request: Request) -> Store:
    return request.app.state.store


async def write(request: Request, call: Callable, *arguments: object) -> Note:
    """Make the call in a thread when its turn comes: until then, it takes no thread."""
    turns = request.app.state.turns
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await turns.acquire()
    except TimeoutError:
        raise exc.TimeoutError("too many writers wait") from None
    try:
        return await run_in_threadpool(call, *arguments)
    finally:
        turns.release()


def note_id(request: Request) -> int:
    """Return the id in the path; raise Problem where it can be no note's."""
    text = request.path_params["id"]
    if not re.fullmatch("[1-9][0-9]{0,17}", text):  # up to HIGHEST_ID
        raise Problem(404, "There is no such note.")
    return int(text)


def versions(request: Request, name: str = "If-Match", weak: str = "") -> list[int] | None:
    """Return the versions that the header names, or None when any will do."""
    header = ",".join(request.headers.getlist(name)) if name in request.headers else "*"
    tags = [tag.strip() for tag in header.split(",", MOST_TAGS)]
    if tags == ["*"]:
        return None
    named = [re.fullmatch(weak + '"([1-9][0-9]{0,8})"', tag) for tag in tags]
    return [int(each[1]) for each in named if each]


def tag(note: Note) -> dict[str, str]:
    return {"ETag": f'"{note.version}"'}


def show(note: Note, status: int = 200, headers: dict | None = None) -> Response:
    return JSONResponse(note.model_dump(), status, {**tag(note), **(headers or {})})


async def openapi(request: Request) -> Response:
    return JSONResponse(document("Notes", "1", app.routes))


async def docs(request: Request) -> Response:
    return HTMLResponse(DOCS.read_text(encoding="utf-8"))


class Assets(StaticFiles):
    """Serves the files that the page needs, of all that are in the package."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        return super().lookup_path(path) if path in ASSETS else ("", None)


app = Starlette(
    routes=[
        Route("/notes", AllNotes),
        Route("/notes/{id}", OneNote),
        Route("/health", HealthCheck),
        Route("/openapi.json", openapi),
        Route("/docs", docs),
        Mount("/docs/assets", Assets(packages=[("flask_swagger_ui", "dist")])),
    ],
    exception_handlers=HANDLERS,
    lifespan=lifespan,
)
app.router.redirect_slashes = False  # which would go to the Host that the client named
