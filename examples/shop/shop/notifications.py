"""Notifications: hears of orders on Kafka, writes each customer one note an order, offers them over HTTP."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import redis.asyncio as redis
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shop.server import address, log_request, serve

TOPICS = ("orders.created", "orders.cancelled")
WORDS = {"orders.created": "Your order is placed", "orders.cancelled": "Your order is cancelled"}

# The variant of `make demo-broken`: this release reads a field that orders never sends.
CUSTOMER_FIELD = "customer_id" if os.environ.get("SHOP_BROKEN") else "customerId"


async def assign(consumer: AIOKafkaConsumer, cache: redis.Redis) -> None:
    """Take every partition and go on where the last run of this service stopped."""
    await consumer.topics()
    partitions = [
        TopicPartition(topic, number)
        for topic in TOPICS
        for number in sorted(consumer.partitions_for_topic(topic) or {0})
    ]
    consumer.assign(partitions)
    for partition in partitions:
        offset = await cache.get(f"offset:{partition.topic}:{partition.partition}")
        consumer.seek(partition, int(offset or 0))


async def handle(app: Starlette, message: ConsumerRecord) -> None:
    event = json.loads(message.value)
    customer = event[CUSTOMER_FIELD]
    note = json.dumps({"orderId": event["orderId"], "text": WORDS[message.topic]})
    if await app.state.cache.sadd(f"told:{customer}", f"{message.topic}:{event['orderId']}"):
        await app.state.cache.rpush(f"notifications:{customer}", note)
        await app.state.producer.send_and_wait(
            "notifications.sent",
            json.dumps({"orderId": event["orderId"], "customerId": customer}).encode(),
            headers=list(message.headers),
        )
        print(f"told {customer}: {WORDS[message.topic]}", flush=True)
    await app.state.cache.set(f"offset:{message.topic}:{message.partition}", message.offset + 1)


async def consume(app: Starlette) -> None:
    async for message in app.state.consumer:
        try:
            await handle(app, message)
        except ValueError:
            print(f"not a readable event, left out: {message.value!r}", flush=True)


def end_service(task: asyncio.Task[None]) -> None:
    """A consumer that died takes its service with it: better down than deaf."""
    if not task.cancelled() and (error := task.exception()):
        print(f"the consumer died: {error!r}", flush=True)
        os._exit(1)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    brokers = address("KAFKA_BROKERS")
    app.state.cache = redis.from_url(address("REDIS_URL"), decode_responses=True)
    app.state.producer = AIOKafkaProducer(bootstrap_servers=brokers)
    app.state.consumer = AIOKafkaConsumer(bootstrap_servers=brokers, enable_auto_commit=False)
    await app.state.producer.start()
    await app.state.consumer.start()
    await assign(app.state.consumer, app.state.cache)
    task = asyncio.create_task(consume(app), name="consume")
    task.add_done_callback(end_service)
    yield
    task.cancel()
    await app.state.consumer.stop()
    await app.state.producer.stop()
    await app.state.cache.aclose()


async def list_notes(request: Request) -> Response:
    notes = await request.app.state.cache.lrange(f"notifications:{request.path_params['customer']}", 0, -1)
    return JSONResponse([json.loads(note) for note in notes])


async def health(request: Request) -> Response:
    await request.app.state.cache.ping()
    return JSONResponse({"status": "healthy"})


app = Starlette(
    lifespan=lifespan,
    middleware=[Middleware(BaseHTTPMiddleware, dispatch=log_request)],
    routes=[Route("/health", health), Route("/notifications/{customer}", list_notes)],
)

if __name__ == "__main__":
    serve(app)
