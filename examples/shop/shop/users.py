"""Users: accounts in PostgreSQL, profiles cached and sessions kept in Valkey."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import redis.asyncio as redis
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.server import address, log_request, problem, serve

PROFILE_SECONDS = 60
SESSION_SECONDS = 1800
COLUMNS = "id, email, name, version, created_at"


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.cache = redis.from_url(address("REDIS_URL"), decode_responses=True, socket_timeout=1)
    async with asyncpg.create_pool(address("DATABASE_URL"), min_size=1, max_size=10) as app.state.database:
        yield
    await app.state.cache.aclose()


def described(row: asyncpg.Record) -> dict[str, object]:
    return {
        "id": str(row["id"]),
        "email": row["email"],
        "name": row["name"],
        "version": row["version"],
        "createdAt": row["created_at"].isoformat(),
    }


def read_id(request: Request) -> UUID | None:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        return None


async def create_user(request: Request) -> Response:
    body = await request.json()
    email, name = body.get("email", ""), body.get("name", "")
    if "@" not in email or not name:
        return problem(422, "email and name are needed")
    try:
        row = await request.app.state.database.fetchrow(
            f"insert into users (email, name) values ($1, $2) returning {COLUMNS}", email, name
        )
    except asyncpg.UniqueViolationError:
        return problem(409, "email is taken")
    return JSONResponse(described(row), status_code=201, headers={"location": f"/users/{row['id']}"})


async def list_users(request: Request) -> Response:
    size = min(int(request.query_params.get("size", "20")), 100)
    page = int(request.query_params.get("page", "1"))
    rows = await request.app.state.database.fetch(
        f"select {COLUMNS} from users where deleted_at is null order by created_at, id limit $1 offset $2",
        size,
        (page - 1) * size,
    )
    total = await request.app.state.database.fetchval("select count(*) from users where deleted_at is null")
    return JSONResponse({"items": [described(row) for row in rows], "page": page, "size": size, "total": total})


async def read_user(request: Request) -> Response:
    user = read_id(request)
    if user is None:
        return problem(404, "no such user")
    cache = request.app.state.cache
    key = f"user:{user}"
    if cached := await cache.get(key):
        return Response(cached, media_type="application/json", headers={"x-cache": "hit"})
    row = await request.app.state.database.fetchrow(
        f"select {COLUMNS} from users where id = $1 and deleted_at is null", user
    )
    if row is None:
        return problem(404, "no such user")
    response = JSONResponse(described(row), headers={"x-cache": "miss"})
    await cache.set(key, bytes(response.body), ex=PROFILE_SECONDS)
    return response


async def rename_user(request: Request) -> Response:
    body = await request.json()
    user = read_id(request)
    row = await request.app.state.database.fetchrow(
        f"update users set name = $2, version = version + 1 where id = $1 and version = $3 and deleted_at is null "
        f"returning {COLUMNS}",
        user,
        body.get("name"),
        body.get("version"),
    )
    if row is None:
        return problem(409, "the user was changed or removed meanwhile")
    await request.app.state.cache.delete(f"user:{user}")
    return JSONResponse(described(row))


async def remove_user(request: Request) -> Response:
    user = read_id(request)
    done = await request.app.state.database.execute(
        "update users set deleted_at = now() where id = $1 and deleted_at is null", user
    )
    await request.app.state.cache.delete(f"user:{user}")
    return Response(status_code=204) if done == "UPDATE 1" else problem(404, "no such user")


async def open_session(request: Request) -> Response:
    body = await request.json()
    user = await request.app.state.database.fetchval(
        "select id from users where email = $1 and deleted_at is null", body.get("email")
    )
    if user is None:
        return problem(401, "unknown email")
    token = secrets.token_urlsafe(24)
    await request.app.state.cache.set(f"session:{token}", str(user), ex=SESSION_SECONDS)
    return JSONResponse({"token": token, "expiresIn": SESSION_SECONDS}, status_code=201)


async def read_session(request: Request) -> Response:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    user = await request.app.state.cache.get(f"session:{token}") if token else None
    return JSONResponse({"user": user}) if user else problem(401, "no session")


async def close_session(request: Request) -> Response:
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    await request.app.state.cache.delete(f"session:{token}")
    return Response(status_code=204)


async def health(request: Request) -> Response:
    await request.app.state.database.fetchval("select 1")
    return JSONResponse({"status": "healthy"})


app = Starlette(
    lifespan=lifespan,
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=log_request)],
    routes=[
        Route("/health", health),
        Route("/users", create_user, methods=["POST"]),
        Route("/users", list_users),
        Route("/users/{id}", read_user),
        Route("/users/{id}", rename_user, methods=["PUT"]),
        Route("/users/{id}", remove_user, methods=["DELETE"]),
        Route("/sessions", open_session, methods=["POST"]),
        Route("/session", read_session),
        Route("/session", close_session, methods=["DELETE"]),
    ],
)

if __name__ == "__main__":
    serve(app)
