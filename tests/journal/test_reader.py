from pathlib import Path

import pytest

from dovetail.errors import UsageError
from dovetail.journal.line import HEADER, write_line
from dovetail.journal.reader import read_journal
from dovetail.model.event import Noticed

FIRST = Noticed(1.0, "note", "first")
LAST = Noticed(2.0, "note", "last")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_last_line_is_left_out(path: Path, cut: int) -> None:
    path.write_bytes(HEADER + write_line(FIRST) + write_line(LAST)[:-cut])
    assert list(read_journal(path)) in ([FIRST], [FIRST, LAST])
    assert cut == 1 or list(read_journal(path)) == [FIRST]


def test_a_broken_line_in_the_middle_is_told_in_its_place(path: Path) -> None:
    path.write_bytes(HEADER + write_line(FIRST) + b"garbage\n" + write_line(LAST))
    first, told, last = read_journal(path)
    assert (first, last) == (FIRST, LAST)
    assert isinstance(told, Noticed)
    assert told.level == "warning"
    assert "line 3" in told.text


def test_unknown_events_are_told_once_a_kind(path: Path) -> None:
    path.write_bytes(HEADER + b'["comet-seen",{}]\n' * 3 + write_line(LAST))
    told, last = read_journal(path)
    assert isinstance(told, Noticed)
    assert "comet-seen" in told.text
    assert last == LAST


def test_a_missing_journal_is_a_clear_error(path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        list(read_journal(path))


def test_a_newer_journal_is_refused(path: Path) -> None:
    path.write_bytes(HEADER.replace(b"1", b"7") + write_line(FIRST))
    with pytest.raises(UsageError, match="newer Dovetail"):
        list(read_journal(path))
