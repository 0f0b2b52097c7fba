"""The fact sheet of Redis and Valkey, read by the registry."""

from dovetail.plugin.sheet import Sheet

SHEET = Sheet(name="redis", aliases=("valkey",), scheme="redis", port=6379, library="redis", extra="redis")
