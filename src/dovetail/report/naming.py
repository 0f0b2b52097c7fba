"""What report files are called: stamped, and beside it the name that is always the last run's. Used by the room."""

from pathlib import Path

from dovetail.report.format import FORMATS

STAMPED = "integration-test-"


def latest_beside(path: Path) -> Path:
    """Return the lasting name of a report that carries a stamp."""
    if not path.name.startswith(STAMPED):
        return path
    known = [one.extension for one in FORMATS.values() if path.name.endswith(f".{one.extension}")]
    return path.with_name(f"latest.{max(known, key=len)}" if known else f"latest{path.suffix}")
