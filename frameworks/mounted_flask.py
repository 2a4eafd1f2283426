"""A Flask application inside a FastAPI application, and inside asgiref's adapter alone.

uvicorn frameworks.mounted_flask:app
uvicorn frameworks.mounted_flask:adapted
"""

from a2wsgi import WSGIMiddleware
from asgiref.wsgi import WsgiToAsgi
from fastapi import FastAPI

from frameworks.with_flask import app as flask_app

app = FastAPI()
adapted = WsgiToAsgi(flask_app)


@app.get("/")
async def ping():
    return "pong"


app.mount("/flask", WSGIMiddleware(flask_app))
