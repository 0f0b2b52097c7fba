"""The driver of PostgreSQL: `sql` steps, on connections shared between checks. Called by the engine."""

import re

from dovetail.model.data import Bound
from dovetail.model.placeholder import PLACEHOLDER
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Driver, Session, Target
from dovetail.tech.postgres.connection import connect
from dovetail.tech.postgres.effect import judge
from dovetail.tech.postgres.session import PostgresSession
from dovetail.tech.postgres.statement import split_bound
from dovetail.wire.pool import Pool


class PostgresDriver:
    def __init__(self) -> None:
        self._pool = Pool(connect)

    def effect_of(self, act: Act) -> Effect:
        if isinstance(act.subject, Bound):
            return judge(split_bound("x".join(act.subject.parts)))
        if isinstance(act.subject, str):
            return judge(split_bound(re.sub(PLACEHOLDER, "x", act.subject)))
        return Effect.WRITES

    async def connect(self, target: Target) -> Session:
        return PostgresSession(target, self._pool)

    async def close(self) -> None:
        await self._pool.close()


def driver() -> Driver:
    return PostgresDriver()
