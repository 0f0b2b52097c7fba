"""Which SQL files an item of `setup:` stands for, in which order, and what of each is to be run. Used by preparer."""

import re
from pathlib import Path

from dovetail.errors import Problem, StageError

_NUMBERS = re.compile(r"(\d+)")
_UNDOING = re.compile(r"(\.down\.sql$)|(^U\d)|(^down\.sql$)", re.IGNORECASE)
_REPEATED = re.compile(r"^R__")
_DOWN_MARK = re.compile(r"^--\s*(migrate:down|\+goose\s+down|\+migrate\s+down)\b", re.IGNORECASE | re.MULTILINE)


def find_files(item: Path) -> tuple[Path, ...]:
    """Return the file itself, or a folder's migrations in their order: numbers by value, repeated ones last."""
    if item.is_file():
        return (item,)
    if not item.is_dir():
        raise StageError(Problem(f"setup names {item.name}, which is not there", f"looked for {item}"))
    found = [path for path in item.rglob("*.sql") if not _UNDOING.search(path.name)]
    if not found:
        raise StageError(Problem(f"the folder {item.name} holds no .sql file", f"looked in {item}"))
    return tuple(sorted(found, key=lambda path: _rank(path.relative_to(item))))


def read_forward(path: Path) -> str:
    """Read the part of a migration that leads forward; what takes it back stands behind a mark."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as odd:
        raise StageError(Problem(f"not UTF-8 at byte {odd.start}", "save it as UTF-8", str(path))) from None
    mark = _DOWN_MARK.search(text)
    return text[: mark.start()] if mark else text


def _rank(path: Path) -> tuple[bool, tuple[tuple[int, int, str], ...]]:
    pieces = _NUMBERS.split(str(path).lower())
    parts = tuple((0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in pieces if piece)
    return bool(_REPEATED.match(path.name)), parts
