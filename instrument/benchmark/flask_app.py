"""The two calls in Flask, with the same store."""

import os

from flask import Flask, request

from starlette_api.models import NewNote
from starlette_api.store import Store

app = Flask(__name__)
store = Store(os.environ["DATABASE_URL"])


@app.get("/notes/<int:id>")
def show(id):
    return store.get(id).model_dump()


@app.post("/notes")
def create():
    return store.create(NewNote.model_validate_json(request.get_data())).model_dump(), 201
