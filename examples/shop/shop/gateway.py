"""The gateway: the one door of the shop; asks users who is calling, passes on what is allowed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.neighbour import Neighbour, UnavailableError
from shop.server import address, log_request, problem, serve

OPEN_PATHS = {("POST", "users"), ("POST", "sessions"), ("GET", "products")}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    users, orders = Neighbour("users", address("USERS_URL"), 2.5), Neighbour("orders", address("ORDERS_URL"), 2.5)
    notifications = Neighbour("notifications", address("NOTIFICATIONS_URL"), 2.5)
    app.state.users = users
    app.state.routes = {
        "users": users,
        "sessions": users,
        "session": users,
        "orders": orders,
        "products": orders,
        "notifications": notifications,
    }
    yield
    for neighbour in (users, orders, notifications):
        await neighbour.close()


async def pass_on(request: Request) -> Response:
    area = request.path_params["area"]
    neighbour = request.app.state.routes.get(area)
    if neighbour is None:
        return problem(404, f"no such area: {area}")
    if (request.method, area) not in OPEN_PATHS:
        session = await request.app.state.users.call(request, "GET", "/session")
        if session.status_code != 200:
            return problem(401, "log in first")
    body = await request.json() if await request.body() else None
    path = request.url.path.removeprefix("/api")
    query = f"?{request.url.query}" if request.url.query else ""
    answer = await neighbour.call(request, request.method, f"{path}{query}", body)
    kept = {name: value for name, value in answer.headers.items() if name in ("content-type", "x-cache", "location")}
    return Response(answer.content, status_code=answer.status_code, headers=kept)


async def health(request: Request) -> Response:
    return JSONResponse({"status": "healthy"})


async def say_unavailable(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=502)


METHODS = ["GET", "POST", "PUT", "DELETE"]
app = Starlette(
    lifespan=lifespan,
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=log_request)],
    exception_handlers={UnavailableError: say_unavailable},
    routes=[
        Route("/health", health),
        Route("/api/{area}", pass_on, methods=METHODS),
        Route("/api/{area}/{rest:path}", pass_on, methods=METHODS),
    ],
)

if __name__ == "__main__":
    serve(app)
