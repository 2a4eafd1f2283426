"""app.py with a mistake: `async def` calls the database itself, without a thread.

Run it from the root:   uvicorn starlette_api.blocking:app

Look at `post`: while its call waits, the event loop answers no other request.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from starlette_api import app as right
from starlette_api.contract import Operation
from starlette_api.models import NewNote, Note


class AllNotes(right.AllNotes):
    @Operation("Create a note", body=NewNote, gives=Note, status=201)
    async def post(self, request: Request, new: NewNote) -> Response:
        return right.show(right.store(request).create(new), 201)


app = Starlette(
    routes=[Route("/notes", AllNotes), Route("/notes/{id}", right.OneNote)],
    exception_handlers=right.HANDLERS,
    lifespan=right.lifespan,
)
