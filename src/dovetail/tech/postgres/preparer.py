"""Applies `setup:` to a started PostgreSQL: migrations, fixtures and scripts, in order. Called by the environment."""

import asyncio
from pathlib import Path

from dovetail.errors import Problem, StageError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.preparer import Preparer
from dovetail.plugin.script import run_script
from dovetail.tech.postgres.connection import Connection, GarbledError, RefusedError, Reply, connect
from dovetail.tech.postgres.message import COPY_DONE, Refusal, build_message, build_query
from dovetail.tech.postgres.migration import find_files, read_forward
from dovetail.tech.postgres.statement import Statement, split

SKIPPED = frozenset({"\\restrict", "\\unrestrict", "\\encoding", "\\echo", "\\set"})


class PostgresPreparer:
    async def prepare(self, service: Service, address: Address, project: Path) -> None:
        try:
            async with asyncio.timeout(service.start_timeout):
                for item in service.setup:
                    await _apply(item, address, project)
        except TimeoutError:
            what = f"{service.name}: its setup did not end within {service.start_timeout:g} s"
            raise StageError(Problem(what, "raise `start_timeout`, or see what it waits for")) from None
        except (OSError, EOFError, GarbledError, RefusedError) as failure:
            raise StageError(Problem(f"{service.name}: its setup could not be applied: {failure}")) from failure


def preparer() -> Preparer:
    return PostgresPreparer()


async def _apply(item: str, address: Address, project: Path) -> None:
    path = project / item
    if path.is_dir() or path.suffix == ".sql":
        connection = await connect(address, "dovetail setup")
        try:
            for file in find_files(path):
                await _run_file(connection, file, project)
        finally:
            await connection.close()
    else:
        await run_script(item, project, _variables(address))


async def _run_file(connection: Connection, file: Path, project: Path) -> None:
    """Run a file as psql would: each statement by itself, unless the file opens a transaction."""
    text = read_forward(file)
    shown = str(file.relative_to(project)) if file.is_relative_to(project) else str(file)
    for statement in split(text):
        if statement.sql.startswith("\\"):
            if statement.words[0] not in SKIPPED:
                refusal = Refusal(
                    "", f"{statement.words[0]} is a command of psql, not SQL", hint="write the SQL for it"
                )
                raise StageError(_locate(refusal, statement, text, shown))
            continue
        reply = await _run(connection, statement)
        if reply.refusal:
            raise StageError(_locate(reply.refusal, statement, text, shown))
    if connection.state != "I":
        raise StageError(Problem("the file begins a transaction that it does not end", "add `commit;`", shown))
    (await connection.run("reset all; reset role")).must()


async def _run(connection: Connection, statement: Statement) -> Reply:
    if statement.data is None:
        return await connection.run(statement.sql)
    data = build_message(b"d", statement.data.encode())
    return await connection.send(build_query(statement.sql) + data + COPY_DONE)


def _locate(refusal: Refusal, statement: Statement, text: str, file: str) -> Problem:
    """Put the server's complaint under the user's own line."""
    at = statement.start + max(0, refusal.position - 1)
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[begin : end if end >= 0 else len(text)]
    code = f" ({refusal.code})" if refusal.code else ""
    said = "; ".join(part for part in (refusal.message, refusal.detail) if part)
    return Problem(f"{said}{code}", refusal.hint, file, text.count("\n", 0, at) + 1, at - begin + 1, line)


def _variables(address: Address) -> dict[str, str]:
    return {
        "DATABASE_URL": address.url,
        "PGHOST": address.host,
        "PGPORT": str(address.port),
        "PGUSER": address.user,
        "PGPASSWORD": address.password,
        "PGDATABASE": address.path.strip("/"),
    }
