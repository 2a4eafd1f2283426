"""A context variable that a dependency sets: as `def`, and as `async def`.

uvicorn frameworks.context_variable:app
"""

from contextvars import ContextVar

from fastapi import Depends, FastAPI

user = ContextVar("user", default="nobody")
app = FastAPI()


def set_in_a_thread():
    user.set("Ada")


async def set_on_the_loop():
    user.set("Ada")


@app.get("/def", dependencies=[Depends(set_in_a_thread)])
def after_def():
    return user.get()


@app.get("/async", dependencies=[Depends(set_on_the_loop)])
def after_async_def():
    return user.get()
