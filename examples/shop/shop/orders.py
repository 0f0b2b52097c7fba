"""Orders: stored in PostgreSQL, priced from a catalogue that Valkey caches, announced on Kafka."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from uuid import UUID

import asyncpg
import redis.asyncio as redis
from aiokafka import AIOKafkaProducer
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.neighbour import Neighbour, UnavailableError
from shop.server import address, log_request, problem, serve

PRICE_SECONDS = 300


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.users = Neighbour("users", address("USERS_URL"))
    app.state.cache = redis.from_url(address("REDIS_URL"), decode_responses=True, socket_timeout=0.5)
    app.state.events = AIOKafkaProducer(bootstrap_servers=address("KAFKA_BROKERS"), request_timeout_ms=3000)
    await app.state.events.start()
    async with asyncpg.create_pool(address("DATABASE_URL"), min_size=1, max_size=10) as app.state.database:
        yield
    await app.state.events.stop()
    await app.state.cache.aclose()
    await app.state.users.close()


async def find_price(request: Request, sku: str) -> Decimal | None:
    """Ask the cache first; an order is still taken when the cache is down."""
    cache = request.app.state.cache
    try:
        if cached := await cache.get(f"price:{sku}"):
            return Decimal(cached)
    except redis.RedisError:
        print("cache unavailable, asking the database", flush=True)
    price = await request.app.state.database.fetchval("select price from products where sku = $1", sku)
    if price is not None:
        try:
            await cache.set(f"price:{sku}", str(price), ex=PRICE_SECONDS)
        except redis.RedisError:
            print("cache unavailable, price not kept", flush=True)
    return price


async def announce(request: Request, topic: str, event: dict[str, object]) -> None:
    headers = [("traceparent", request.headers["traceparent"].encode())] if "traceparent" in request.headers else []
    await request.app.state.events.send_and_wait(
        topic, json.dumps(event).encode(), key=str(event["orderId"]).encode(), headers=headers
    )


async def price_items(request: Request, items: list[dict[str, object]]) -> Decimal | Response:
    total = Decimal(0)
    for item in items:
        quantity = item.get("quantity")
        if not isinstance(quantity, int) or quantity < 1:
            return problem(422, "a quantity is at least 1")
        price = await find_price(request, str(item.get("sku")))
        if price is None:
            return problem(422, f"no product {item.get('sku')}")
        total += price * quantity
    return total


async def create_order(request: Request) -> Response:
    body = await request.json()
    customer, items = body.get("customerId", ""), body.get("items") or []
    if not items:
        return problem(422, "an order has at least one item")
    found = await request.app.state.users.call(request, "GET", f"/users/{customer}")
    if found.status_code == 404:
        return problem(422, "no such customer")
    total = await price_items(request, items)
    if isinstance(total, Response):
        return total
    order, is_new = await store(request, UUID(customer), total, items)
    if is_new:
        await announce(
            request, "orders.created", {"orderId": order["id"], "customerId": customer, "total": order["total"]}
        )
    return JSONResponse(order, status_code=201 if is_new else 200)


async def store(
    request: Request, customer: UUID, total: Decimal, items: list[dict[str, object]]
) -> tuple[dict[str, object], bool]:
    key = request.headers.get("idempotency-key")
    async with request.app.state.database.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            "insert into orders (customer_id, total, idempotency_key) values ($1, $2, $3) "
            "on conflict (idempotency_key) do nothing returning *",
            customer,
            total,
            key,
        )
        if row is None:
            return described(await connection.fetchrow("select * from orders where idempotency_key = $1", key)), False
        await connection.executemany(
            "insert into order_items (order_id, sku, quantity) values ($1, $2, $3)",
            [(row["id"], item["sku"], item["quantity"]) for item in items],
        )
    return described(row), True


def described(row: asyncpg.Record) -> dict[str, object]:
    return {
        "id": str(row["id"]),
        "customerId": str(row["customer_id"]),
        "status": row["status"],
        "total": float(row["total"]),
        "version": row["version"],
    }


async def read_order(request: Request) -> Response:
    row = await request.app.state.database.fetchrow(
        "select * from orders where id = $1::text::uuid", request.path_params["id"]
    )
    return JSONResponse(described(row)) if row else problem(404, "no such order")


async def cancel_order(request: Request) -> Response:
    row = await request.app.state.database.fetchrow(
        "update orders set status = 'cancelled', version = version + 1 "
        "where id = $1::text::uuid and status = 'pending' returning *",
        request.path_params["id"],
    )
    if row is None:
        return problem(404, "no order that can be cancelled")
    await announce(request, "orders.cancelled", {"orderId": str(row["id"]), "customerId": str(row["customer_id"])})
    return JSONResponse(described(row))


async def read_product(request: Request) -> Response:
    price = await find_price(request, request.path_params["sku"])
    if price is None:
        return problem(404, "no such product")
    return JSONResponse({"sku": request.path_params["sku"], "price": float(price)})


async def health(request: Request) -> Response:
    await request.app.state.database.fetchval("select 1")
    return JSONResponse({"status": "healthy"})


async def say_unavailable(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, status_code=503, headers={"retry-after": "1"})


async def say_not_found(request: Request, error: Exception) -> Response:
    return problem(404, "no such order")


app = Starlette(
    lifespan=lifespan,
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=log_request)],
    exception_handlers={UnavailableError: say_unavailable, asyncpg.DataError: say_not_found},
    routes=[
        Route("/health", health),
        Route("/orders", create_order, methods=["POST"]),
        Route("/orders/{id}", read_order),
        Route("/orders/{id}", cancel_order, methods=["DELETE"]),
        Route("/products/{sku}", read_product),
    ],
)

if __name__ == "__main__":
    serve(app)
