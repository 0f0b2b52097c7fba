"""The fact sheet of PostgreSQL, read by the registry."""

from dovetail.plugin.sheet import Sheet

SHEET = Sheet(
    name="postgres", aliases=("postgresql",), scheme="postgresql", port=5432, library="asyncpg", extra="postgres"
)
