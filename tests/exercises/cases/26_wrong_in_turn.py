# says: while the database was
import itertools
import time

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

statuses = itertools.cycle([200, 503])


def report(request):
    time.sleep(1)
    return PlainTextResponse("done\n")


async def health(request):
    return PlainTextResponse("healthy\n", next(statuses))


app = Starlette(routes=[Route("/report", report), Route("/health", health)])
