"""One check's conversation with one server: a connection for commands and one for each channel it waits on.

Made by driver.
"""

import asyncio
from collections.abc import Sequence

from dovetail.model.data import Data
from dovetail.plugin.driver import Act, Answer, Target
from dovetail.tech.redis.connection import Connection, RefusedError
from dovetail.tech.redis.resp import GarbledError
from dovetail.tech.redis.subscription import Subscription, matches, subscribe, widen
from dovetail.tech.redis.value import read_json, to_text
from dovetail.tech.redis.verb import Facets, describe, perform, summarize
from dovetail.wire.pool import Pool

SUBSCRIBE = "redis.subscribe"
SECONDS_TO_SUBSCRIBE = 5.0
FAILURES = (OSError, EOFError, RefusedError, GarbledError, TimeoutError)


class RedisSession:
    def __init__(self, target: Target, pool: Pool[Connection]) -> None:
        self._target = target
        self._pool = pool
        self._connection: Connection | None = None
        self._subscriptions: list[Subscription] = []
        self._next: dict[str, int] = {}
        self._turn = asyncio.Lock()

    async def foresee(self, acts: Sequence[Act]) -> None:
        """Subscribe to what the check will wait for; a server that is not there is told by the step itself."""
        for act in acts:
            if act.verb == SUBSCRIBE:
                try:
                    await self._listen(widen(to_text(act.subject)), SECONDS_TO_SUBSCRIBE)
                except FAILURES:
                    continue

    async def perform(self, act: Act, seconds: float) -> Answer:
        request = describe(act)
        try:
            if act.verb == SUBSCRIBE:
                return await self._wait(act, seconds, request)
            async with asyncio.timeout(seconds), self._turn:
                facets = await perform(await self._ready_connection(), act)
        except FAILURES as failure:
            return _read_failure(failure, request, seconds)
        return Answer(facets, request, summarize(facets))

    async def close(self) -> None:
        for subscription in self._subscriptions:
            subscription.close()
        self._subscriptions.clear()
        connection, self._connection = self._connection, None
        if connection:
            await self._pool.give(self._target.address, connection)

    async def _ready_connection(self) -> Connection:
        if self._connection is None or not self._connection.is_usable:
            self._connection = await self._pool.take(self._target.address)
        return self._connection

    async def _wait(self, act: Act, seconds: float, request: str) -> Answer:
        channel = to_text(act.subject)
        subscription = await self._listen(channel, seconds)
        try:
            async with asyncio.timeout(seconds):
                number = await subscription.wait(channel, self._next.get(channel, 0))
        except TimeoutError:
            return _read_silence(subscription, channel, request, seconds)
        self._next[channel] = number + 1
        where, value = subscription.heard[number]
        facets: Facets = {"value": value, "json": read_json(value), "channel": where}
        return Answer(facets, request, f"{where}: {value}")

    async def _listen(self, pattern: str, seconds: float) -> Subscription:
        """Return the subscription that hears `pattern`, or begin one."""
        for subscription in self._subscriptions:
            if matches(pattern, subscription.pattern) and subscription.is_usable:
                return subscription
        begun = await subscribe(self._target.address, pattern, seconds)
        self._subscriptions.append(begun)
        return begun


def _read_silence(subscription: Subscription, channel: str, request: str, seconds: float) -> Answer:
    others = sorted({where for where, _ in subscription.heard})
    heard = f"; heard on {', '.join(others)}" if others else ""
    return _fail("timeout", f"no message on {channel} within {seconds:g} s{heard}", request)


def _read_failure(failure: Exception, request: str, seconds: float) -> Answer:
    match failure:
        case RefusedError():
            return _fail("server", failure.refused.message, request, failure.refused.code)
        case TimeoutError():
            return _fail("timeout", f"no answer within {round(seconds, 2):g} s", request)
        case GarbledError():
            return _fail("protocol", f"this is not Redis's protocol: {failure}", request)
        case EOFError():
            return _fail("closed", "the server closed the connection", request)
        case ConnectionResetError() | BrokenPipeError():
            return _fail("reset", str(failure) or "the connection was reset", request)
    return _fail("refused", str(failure) or "the connection was refused", request)


def _fail(kind: str, message: str, request: str, code: str = "") -> Answer:
    error: dict[str, Data] = {"kind": kind, "message": message}
    if code:
        error["code"] = code
    return Answer({"error": error}, request, code or kind, message)
