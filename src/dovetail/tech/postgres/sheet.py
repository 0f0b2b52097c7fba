"""The fact sheet of PostgreSQL, read by the registry."""

from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.sheet import Sheet

QUERY = Verb(
    name="postgres.query",
    aliases=("sql",),
    subject=Word("sql", "bound", "one or more statements; every {{ value }} is bound, never spliced", is_required=True),
    doc="Run SQL; the answer is that of the last statement.",
    facets=(
        Word("rows", "list", "all rows, each a map of column to value"),
        Word("row", "map", "the first row; null where there is none"),
        Word("value", "any", "the first column of the first row; null where there is none"),
        Word("count", "number", "how many rows came back or were changed"),
        Word("columns", "list", "the names of the columns, in order"),
        Word("status", "string", "the server's command tag, such as INSERT 0 1"),
        Word("error", "map", "a refusal: kind, code (SQLSTATE), message, constraint, table, column, detail, hint"),
    ),
    example="sql: select status, total from orders where number = 42\nexpect: {row: {status: pending, total: 19.98}}",
)

SHEET = Sheet(
    name="postgres",
    aliases=("postgresql",),
    scheme="postgresql",
    port=5432,
    verbs=(QUERY,),
    parts=frozenset({"launcher", "prober", "driver", "preparer", "sandbox", "tap"}),
    extra="embedded",
    is_transactional=True,
    setup=(".sql", "/"),
)
