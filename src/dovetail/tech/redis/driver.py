"""The driver of Redis and Valkey, on connections shared between checks. Called by the engine."""

from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Driver, Session, Target
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.session import RedisSession
from dovetail.tech.redis.verb import effect_of
from dovetail.wire.pool import Pool


class RedisDriver:
    def __init__(self) -> None:
        self._pool = Pool(connect)

    def effect_of(self, act: Act) -> Effect:
        return effect_of(act)

    async def connect(self, target: Target) -> Session:
        return RedisSession(target, self._pool)

    async def close(self) -> None:
        await self._pool.close()


def driver() -> Driver:
    return RedisDriver()
