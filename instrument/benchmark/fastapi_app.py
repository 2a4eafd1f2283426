"""The two calls in FastAPI, with the same store, in `def` endpoints."""

import os

from fastapi import FastAPI

from starlette_api.models import NewNote, Note
from starlette_api.store import Store

app = FastAPI()
store = Store(os.environ["DATABASE_URL"])


@app.get("/notes/{id}")
def show(id: int) -> Note:
    return store.get(id)


@app.post("/notes", status_code=201)
def create(new: NewNote) -> Note:
    return store.create(new)
