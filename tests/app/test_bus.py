"""Events go to the journal first, then masked to the listeners."""

import errno
import os
from pathlib import Path

import pytest

from dovetail.app.bus import Bus
from dovetail.journal.reader import read_journal
from dovetail.journal.writer import Journal
from dovetail.model.event import Event, Noticed


def test_what_is_heard_is_what_is_kept_without_secrets(tmp_path: Path) -> None:
    heard: list[Event] = []
    bus = Bus(Journal(tmp_path / "j.jsonl", ("hunter22",)), (heard.append,), pytest.fail)
    bus.publish(Noticed(1.0, "note", "the password is hunter22"))
    bus.close()
    assert list(read_journal(tmp_path / "j.jsonl")) == heard
    assert "hunter22" not in str(heard)


def test_a_journal_that_is_full_ends_the_run_and_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Event] = []
    stopped: list[str] = []
    bus = Bus(Journal(tmp_path / "j.jsonl"), (heard.append,), stopped.append)

    def refuse(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file), len(data))

    monkeypatch.setattr("dovetail.journal.writer.os.write", refuse)
    for number in range(3):
        bus.publish(Noticed(float(number), "note", str(number)))
    assert [event.text for event in heard if isinstance(event, Noticed) and event.level == "note"] == ["0", "1", "2"]
    assert len(stopped) == 1
    assert "the journal cannot be written: No space left on device" in stopped[0]
    assert bus.trouble == stopped[0]
