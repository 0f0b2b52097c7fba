"""Names that are the same in every run and for every reader: UUIDs of version 5. Used by formats that ask for them."""

from uuid import NAMESPACE_OID, UUID, uuid5

from dovetail.report.text import clean

OURS = uuid5(NAMESPACE_OID, "dovetail")


def identify(*parts: str) -> UUID:
    """Return the same UUID for the same parts, always."""
    return uuid5(OURS, "\0".join(clean(part) for part in parts))
