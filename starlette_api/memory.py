"""Notes in a dict, in as few lines as possible, and with a bug: each worker has its own dict.

Run it from the root:   uvicorn starlette_api.memory:app --workers 4
Run it from this folder:   uvicorn memory:app --workers 4
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

notes = {}


async def create(request: Request) -> JSONResponse:
    note = {"id": len(notes) + 1, **await request.json()}
    notes[note["id"]] = note
    return JSONResponse(note, 201)


async def show(request: Request) -> JSONResponse:
    note = notes.get(request.path_params["id"])
    return JSONResponse(note, 200 if note else 404)


app = Starlette(
    routes=[
        Route("/notes", create, methods=["POST"]),
        Route("/notes/{id:int}", show),
    ]
)
