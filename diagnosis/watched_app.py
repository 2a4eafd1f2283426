"""The application of asgi_app.py, which measures its loop, and tells the lag as a metric.

gunicorn -k asgi diagnosis.watched_app:app
curl 127.0.0.1:8000/metrics
"""

from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from diagnosis.asgi_app import routes
from diagnosis.lag import lifespan


async def metrics(request):
    lag = request.app.state.lag
    worst, lag.worst = lag.worst, 0.0
    return PlainTextResponse(f"loop_lag_seconds {worst:.2f}\n")


app = Starlette(routes=[*routes, Route("/metrics", metrics)], lifespan=lifespan)
