"""Brings a live database's rows back to those of its frozen copy, under the feet of connected users. Used by sandbox.

One transaction empties every table and loads what the copy holds; foreign keys and triggers sleep meanwhile, sequences
go back too. Tables that came later are emptied, but for the books that migration tools keep.
"""

from msgspec import Struct, field

from dovetail.errors import Problem, StageError
from dovetail.tech.postgres.connection import Connection, RefusedError
from dovetail.tech.postgres.message import COPY_DONE, Result, build_message, build_query

BOOKS = frozenset(
    {
        "alembic_version",
        "schema_migrations",
        "flyway_schema_history",
        "django_migrations",
        "databasechangelog",
        "databasechangeloglock",
        "_prisma_migrations",
        "goose_db_version",
        "knex_migrations",
        "knex_migrations_lock",
        "migrations",
        "ar_internal_metadata",
        "yoyo_migrations",
        "__efmigrationshistory",
        "_sqlx_migrations",
        "__drizzle_migrations",
    }
)
TRUNCATED_FROM = 1 << 20
LOCK_SECONDS = 5
LOCKED = "55P03"
EMPTYING = "delete from only "
_OWN = """
    n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' and c.relpersistence <> 't'
    and not exists (
        select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
"""
_TABLES = """
    select c.oid::regclass::text, pg_relation_size(c.oid)::text, lower(c.relname), (
        select string_agg(quote_ident(a.attname), ', ' order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '')
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind = 'r' and OWN order by 1
""".replace("OWN", _OWN)
_SEQUENCES = """
    select c.oid::regclass::text, coalesce(s.last_value, s.start_value)::text, (s.last_value is not null)::text
    from pg_sequences s join pg_namespace n on n.nspname = s.schemaname
    join pg_class c on c.relname = s.sequencename and c.relnamespace = n.oid where OWN
""".replace("OWN", _OWN)
_VIEWS = """
    select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'm' and c.relispopulated and OWN order by c.oid
""".replace("OWN", _OWN)
_HOLDERS = """
    select coalesce(nullif(application_name, ''), 'a client') || ' (' || state || ')' from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null
"""


class Table(Struct, frozen=True):
    """`name` and `columns` are quoted; `size` is in bytes, `plain` the bare name in lower case."""

    name: str
    size: int
    plain: str
    columns: str


class Snapshot(Struct, frozen=True):
    """What a frozen copy holds: tables with their columns and rows in COPY's form, sequences with their state."""

    tables: dict[str, Table] = field(default_factory=dict)
    rows: dict[str, bytes] = field(default_factory=dict)
    sequences: tuple[tuple[str, str, str], ...] = ()


async def take_snapshot(connection: Connection) -> Snapshot:
    """Read everything from a frozen copy."""
    await _run(connection, "set search_path to ''")
    tables = await _read_tables(connection)
    states = await _run(connection, _SEQUENCES)
    rows: dict[str, bytes] = {}
    for table in tables.values():
        if table.size and table.columns:
            result = await _run(connection, f"copy {table.name} ({table.columns}) to stdout")
            if result.data:
                rows[table.name] = bytes(result.data)
    sequences = tuple((name, value, called) for name, value, called in map(_texts, states.rows))
    return Snapshot(tables, rows, sequences)


async def restore(connection: Connection, snapshot: Snapshot) -> None:
    """Make the rows of the connected database those of the snapshot."""
    try:
        await _run(connection, f"begin; set local search_path to ''; set local lock_timeout to '{LOCK_SECONDS}s'")
        await _run(connection, "set local session_replication_role to replica")
        live = await _read_tables(connection)
        _compare(snapshot, live)
        await _run(connection, _write_emptying(live, snapshot))
        for name, data in snapshot.rows.items():
            copy = build_query(f"copy {name} ({snapshot.tables[name].columns}) from stdin")
            (await connection.send(copy + build_message(b"d", data) + COPY_DONE)).must()
        views = [name for (name,) in map(_texts, (await _run(connection, _VIEWS)).rows)]
        await _run(connection, "".join(f"refresh materialized view {name}; " for name in views) + "commit")
    except RefusedError as refused:
        if refused.refusal.code == LOCKED:
            raise await _name_holders(connection) from refused
        raise


async def _run(connection: Connection, sql: str) -> Result:
    results = (await connection.run(sql)).must().results
    return results[-1] if results else Result()


async def _read_tables(connection: Connection) -> dict[str, Table]:
    found = map(_texts, (await _run(connection, _TABLES)).rows)
    return {name: Table(name, int(size), plain, columns) for name, size, plain, columns in found}


def _texts(row: tuple[bytes | None, ...]) -> tuple[str, ...]:
    return tuple((cell or b"").decode() for cell in row)


def _compare(snapshot: Snapshot, live: dict[str, Table]) -> None:
    """Refuse where rows could no longer be put back."""
    for name in snapshot.rows:
        there = set(live[name].columns.split(", ")) if name in live else set()
        lost = sorted(set(snapshot.tables[name].columns.split(", ")) - there)
        if lost:
            gone = f"its columns {', '.join(lost)} are gone" if there else "it is gone"
            what = f"the table {name} cannot be set back: {gone} since setup"
            raise StageError(Problem(what, "let migrations run in `setup:` or as a job, before services start"))


def _write_emptying(live: dict[str, Table], snapshot: Snapshot) -> str:
    """Big tables are truncated, which frees them; small ones deleted from, which locks nobody out."""
    emptied = [table for table in live.values() if table.name in snapshot.tables or table.plain not in BOOKS]
    big = [table.name for table in emptied if table.size >= TRUNCATED_FROM]
    steps = [f"truncate {', '.join(big)} cascade"] if big else []
    small = [table.name for table in emptied if 0 < table.size < TRUNCATED_FROM]
    steps += [EMPTYING + name for name in small]
    steps += [f"select setval({_quote(name)}, {value}, {called})" for name, value, called in snapshot.sequences]
    return "; ".join(steps) or "select"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


async def _name_holders(connection: Connection) -> StageError:
    await connection.run("rollback")
    holders = [name for (name,) in map(_texts, (await _run(connection, _HOLDERS)).rows)]
    what = f"the database cannot be set back: a transaction was left open by {', '.join(holders) or 'somebody'}"
    return StageError(Problem(what, "end it in the service, or use `isolation: slice`"))
