"""A Flask application inside a FastAPI application.

uvicorn frameworks.mounted_flask:app
"""

from a2wsgi import WSGIMiddleware
from fastapi import FastAPI

from frameworks.with_flask import app as flask_app

app = FastAPI()


@app.get("/")
async def ping():
    return "pong"


app.mount("/flask", WSGIMiddleware(flask_app))
