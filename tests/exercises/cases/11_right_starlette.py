from starlette.middleware.base import BaseHTTPMiddleware


class ServedBy(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        response = await call_next(request)
        response.headers.append("x-served-by", "workshop")
        return response
