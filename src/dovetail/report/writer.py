"""Writes reports into a folder, each at once or not at all, and keeps `latest.*` beside them. Called by the faces."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from dovetail.errors import Problem, StageError, UsageError
from dovetail.errors.nearest import nearest
from dovetail.model.event import Event
from dovetail.report.fact import Record
from dovetail.report.folder import replace_folder
from dovetail.report.format import FORMATS, Drawing
from dovetail.report.naming import STAMPED, latest_beside
from dovetail.report.record import read_run

PIECE = 256 * 1024


def write_reports(events: Iterable[Event], folder: Path, formats: Sequence[str], stamp: str) -> tuple[Path, ...]:
    """Write `integration-test-<stamp>` and `latest` in every format; return the paths of the former."""
    return write_record(read_run(events), folder, formats, stamp)


def write_record(record: Record, folder: Path, formats: Sequence[str], stamp: str) -> tuple[Path, ...]:
    for name in formats:
        _require_known(name)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in dict.fromkeys(formats):
            path = folder / f"{STAMPED}{stamp}.{FORMATS[name].extension}"
            _write(path, FORMATS[name].render(record))
            paths.append(path)
    except OSError as refused:
        raise StageError(
            Problem(
                f"the reports cannot be written to {folder}: {refused.strerror or refused}",
                "make the folder writable or choose another: dovetail run --report-dir <folder>; "
                "the journal is kept, so dovetail report writes them later",
            )
        ) from refused
    return tuple(paths)


def _write(path: Path, drawn: Drawing) -> None:
    latest = latest_beside(path)
    if isinstance(drawn, Mapping):
        replace_folder(path, drawn)
        replace_folder(latest, drawn)
    else:
        _replace(path, (drawn,) if isinstance(drawn, bytes) else drawn)
        _replace(latest, _read_again(path))


def _read_again(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _require_known(name: str) -> None:
    if name not in FORMATS:
        near = nearest(name, FORMATS)
        now = f"did you mean {near}?" if near else f"there are: {', '.join(FORMATS)}"
        raise UsageError(Problem(f"there is no report format {name!r}", now))


def _replace(path: Path, content: Iterable[bytes]) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.writelines(content)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
