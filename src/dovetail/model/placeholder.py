"""`{{ name }}` in what a service is started with: how it is written, and which names there are.

Values of a run, with paths and filters, are another matter: see `check`.
"""

import re
from collections.abc import Iterable

PLACEHOLDER = r"\{\{\s*([^{}]*?)\s*\}\}"
OWN = frozenset({"port", "host", "address", "scheme", "folder"})
PORTS = frozenset({"port", "address"})
PARTS = ("url", "host", "port", "address")


def names_in(text: str) -> frozenset[str]:
    return frozenset(re.findall(PLACEHOLDER, text))


def names_for(neighbours: Iterable[str]) -> frozenset[str]:
    """Return the names that a service may use: its own, and those of each neighbour it has an edge to."""
    return OWN.union(*({name, *(f"{name}.{part}" for part in PARTS)} for name in neighbours))
