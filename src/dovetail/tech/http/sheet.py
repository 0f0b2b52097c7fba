"""The fact sheet of HTTP, read by the registry."""

from dovetail.plugin.sheet import Sheet

SHEET = Sheet(name="http", aliases=("https",), scheme="http", port=80)
