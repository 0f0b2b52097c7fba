"""The fact sheet of the user's own code, read by the registry."""

from dovetail.plugin.sheet import Sheet

SHEET = Sheet(name="process", scheme="http", parts=frozenset({"launcher"}))
