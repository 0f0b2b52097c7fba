"""One check's conversation with one database: a connection of its own, in a transaction to be rolled back if asked.

In that transaction every step stands between savepoints that travel with it, so that a refused one spoils nothing and
costs no round trip. Made by driver.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Target
from dovetail.tech.postgres.answer import describe, last_result, read_failure, read_refusal, read_result
from dovetail.tech.postgres.connection import Connection, GarbledError, RefusedError, Reply
from dovetail.tech.postgres.effect import judge, steers_transaction
from dovetail.tech.postgres.message import (
    DESCRIBE,
    SYNC,
    build_execution,
    build_parse,
    build_query,
    build_statement,
)
from dovetail.tech.postgres.statement import Statement, split_bound
from dovetail.tech.postgres.value import encode, guess_type
from dovetail.wire.pool import Pool

BEGIN = build_statement("begin")
MARK = build_statement("savepoint dovetail")
UNMARK = build_statement("release savepoint dovetail")
RETURN = build_query("rollback to savepoint dovetail")
OPEN_TYPE = "42P18"
SECONDS_TO_CANCEL = 1.0
SECONDS_TO_CLEAN = 5.0
FAILURES = (OSError, EOFError, RefusedError, GarbledError, TimeoutError)


class PostgresSession:
    def __init__(self, target: Target, pool: Pool[Connection]) -> None:
        self._target = target
        self._pool = pool
        self._connection: Connection | None = None
        self._is_begun = False
        self._is_dirty = False
        self._turn = asyncio.Lock()

    async def foresee(self, acts: Sequence[Act]) -> None:
        """Nothing to prepare: a query sees what is there when it runs."""

    async def perform(self, act: Act, seconds: float) -> Answer:
        subject = act.subject
        if not isinstance(subject, str | Bound):
            raise SuiteError(Problem(f"sql wants text, got {type(subject).__name__}"))
        statements = split_bound(subject)
        self._refuse(statements)
        request = describe(subject)
        values = subject.values if isinstance(subject, Bound) else ()
        if self._turn.locked() and not self._target.is_rolled_back:
            return await self._perform_beside(statements, values, seconds, request)
        async with self._turn:
            self._is_dirty = self._is_dirty or judge(statements) is not Effect.READS or _sets(statements)
            return await self._answer(statements, values, seconds, request)

    async def close(self) -> None:
        """Roll back what is open and hand the connection back clean."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if connection.is_usable:
            with suppress(*FAILURES):
                async with asyncio.timeout(SECONDS_TO_CLEAN):
                    if connection.state != "I":
                        await connection.run("rollback")
                    if self._is_dirty:
                        await connection.run("discard all")
        await self._pool.give(self._target.address, connection)

    def _refuse(self, statements: Sequence[Statement]) -> None:
        if not statements:
            raise SuiteError(Problem("this step's SQL holds no statement"))
        for statement in statements:
            if statement.words[:1] and statement.words[0].startswith("\\"):
                raise SuiteError(Problem(f"{statement.words[0]} is a command of psql, not SQL", "write the SQL for it"))
            if self._target.is_rolled_back and steers_transaction(statement):
                raise SuiteError(
                    Problem(
                        f"`{statement.words[0]}` cannot stand in a check whose transaction is rolled back at its end",
                        "give the check `isolation: clone`, a database of its own",
                    )
                )

    async def _perform_beside(
        self, statements: Sequence[Statement], values: Sequence[Data], seconds: float, request: str
    ) -> Answer:
        """Act while another step of the check is still acting: on a connection beside, as the steps are together."""
        beside = PostgresSession(self._target, self._pool)
        beside._is_dirty = True
        try:
            return await beside._answer(statements, values, seconds, request)
        finally:
            await beside.close()

    async def _answer(
        self, statements: Sequence[Statement], values: Sequence[Data], seconds: float, request: str
    ) -> Answer:
        deadline = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(deadline):
                if self._connection is None or not self._connection.is_usable:
                    await self._connect()
            types = await self._find_types(statements, values, deadline)
            reply, leading = await self._run(_build(statements, values, types, self._target.trace), deadline)
            if reply.refusal and reply.refusal.code == OPEN_TYPE:
                guessed = _guess_types(statements, values)
                reply, leading = await self._run(_build(statements, values, guessed, self._target.trace), deadline)
        except FAILURES as failure:
            return read_failure(failure, request, seconds)
        if reply.refusal:
            return read_refusal(reply.refusal, request)
        return read_result(last_result(reply, leading, int(self._target.is_rolled_back)), request)

    async def _connect(self) -> None:
        if self._is_begun:
            raise ConnectionResetError("the connection was lost, and with it the check's transaction")
        self._connection = await self._pool.take(self._target.address)

    async def _find_types(
        self, statements: Sequence[Statement], values: Sequence[Data], deadline: float
    ) -> list[tuple[int, ...]]:
        """Ask the server for the types of places that get a list: an array and JSON are written differently."""
        found: list[tuple[int, ...]] = []
        for statement in statements:
            if any(isinstance(values[index], list | tuple) for index in statement.values):
                reply, _ = await self._run(build_parse(statement.sql) + DESCRIBE, deadline)
                found.append(reply.must().types)
            else:
                found.append(())
        return found

    async def _run(self, batch: bytes, deadline: float) -> tuple[Reply, int]:
        """Send a batch in its frame of savepoints; tell how many results stand before the batch's own."""
        if not self._target.is_rolled_back:
            return await self._send(batch + SYNC, deadline), 0
        frame = MARK if self._is_begun else BEGIN + MARK
        leading = 1 if self._is_begun else 2
        self._is_begun = True
        reply = await self._send(frame + batch + UNMARK + SYNC, deadline)
        if reply.state == "E":
            await self._send(RETURN, deadline + SECONDS_TO_CANCEL)
        return reply, leading

    async def _send(self, batch: bytes, deadline: float) -> Reply:
        """Send within the deadline; after it the server is asked to stop, so that the connection lives on."""
        connection = self._connection
        if connection is None:
            raise ConnectionResetError("the connection was lost")
        loop = asyncio.get_running_loop()
        sending = loop.create_task(connection.send(batch), name="postgres statement")
        try:
            await asyncio.wait({sending}, timeout=max(0.0, deadline - loop.time()))
            if sending.done():
                return sending.result()
            await self._cancel(connection, sending)
        finally:
            if not sending.done():
                sending.cancel()
                await asyncio.wait({sending})
        raise TimeoutError

    async def _cancel(self, connection: Connection, sending: "asyncio.Task[Reply]") -> None:
        with suppress(*FAILURES):
            async with asyncio.timeout(SECONDS_TO_CANCEL):
                await connection.cancel(self._target.address)
                await asyncio.wait({sending})
                if connection.state == "E" and self._target.is_rolled_back:
                    await connection.send(RETURN)


def _build(
    statements: Sequence[Statement], values: Sequence[Data], types: Sequence[tuple[int, ...]], trace: str
) -> bytes:
    batch = b""
    note = f" /*traceparent='00-{trace}-{trace[:16]}-01'*/" if trace else ""
    for statement, known in zip(statements, types, strict=True):
        own = [values[index] for index in statement.values]
        oids = known or (0,) * len(own)
        written = [encode(value, oid) for value, oid in zip(own, oids, strict=True)]
        batch += build_parse(statement.sql + note, known) + build_execution(written)
    return batch


def _guess_types(statements: Sequence[Statement], values: Sequence[Data]) -> list[tuple[int, ...]]:
    return [tuple(guess_type(values[index]) for index in statement.values) for statement in statements]


def _sets(statements: Sequence[Statement]) -> bool:
    return any(statement.words[:1] in {("set",), ("reset",)} for statement in statements)
