"""What report files are called: stamped, and beside it the name that is always the last run's. Used by the room."""

from pathlib import Path

STAMPED = "integration-test-"


def latest_beside(path: Path) -> Path:
    """Return the lasting name of a report that carries a stamp."""
    return path.with_name(f"latest{path.suffix}") if path.name.startswith(STAMPED) else path
