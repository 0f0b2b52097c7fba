import mmap
import os
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dovetail.errors import StageError
from dovetail.journal.reader import read_journal
from dovetail.journal.writer import Journal
from dovetail.model.event import Event, LogWritten, Noticed

PATIENCE = 60.0

# Counts up in shared memory what `write` has acknowledged, until it is killed.
WRITING_CHILD = """
import mmap, struct, sys
from pathlib import Path
from dovetail.journal.writer import Journal
from dovetail.model.event import LogWritten
journal = Journal(Path(sys.argv[1]))
with open(sys.argv[2], "r+b") as file:
    shared = mmap.mmap(file.fileno(), 8)
number = 0
while True:
    journal.write(LogWritten(float(number), "orders", f"line {number}"))
    number += 1
    shared[:] = struct.pack("q", number)
"""

# A file may not grow beyond 100 kB: to a program, the same as a disk that is full.
FULL_CHILD = """
import resource, sys
from pathlib import Path
from dovetail.errors import StageError
from dovetail.journal.writer import Journal
from dovetail.model.event import LogWritten
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
journal = Journal(Path(sys.argv[1]))
refusals = []
for number in range(3000):
    try:
        journal.write(LogWritten(float(number), "orders", f"line {number}"))
    except StageError as refusal:
        refusals.append(str(refusal))
print(len(refusals), journal.is_open)
print(refusals[0])
"""


def test_what_was_written_can_be_read(tmp_path: Path, events: tuple[Event, ...]) -> None:
    journal = Journal(tmp_path / "deep" / "journal.jsonl")
    for event in events:
        assert journal.write(event) is event
    assert tuple(read_journal(journal.path)) == events
    journal.close()


def test_listeners_get_what_the_file_got(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", ["hunter22"])
    kept = journal.write(LogWritten(1.0, "orders", "password=hunter22"))
    journal.close()
    assert kept == LogWritten(1.0, "orders", "password=***")
    assert tuple(read_journal(tmp_path / "j")) == (kept,)


def test_a_killed_process_loses_nothing_it_wrote(tmp_path: Path) -> None:
    journal, counter = tmp_path / "j", tmp_path / "count"
    counter.write_bytes(bytes(8))
    with (
        subprocess.Popen([sys.executable, "-c", WRITING_CHILD, str(journal), str(counter)]) as child,
        counter.open("r+b") as file,
        mmap.mmap(file.fileno(), 8) as shared,
    ):
        deadline = time.monotonic() + PATIENCE
        while struct.unpack("q", shared[:])[0] < 2000 and time.monotonic() < deadline:
            os.sched_yield()
        child.send_signal(signal.SIGKILL)
        child.wait(PATIENCE)
        acknowledged = struct.unpack("q", shared[:])[0]
    lines = [event.at for event in read_journal(journal)]
    assert acknowledged >= 2000
    assert lines == [float(number) for number in range(len(lines))]
    assert acknowledged <= len(lines) <= acknowledged + 1


def test_a_full_disk_is_told_once_and_the_rest_stays_readable(tmp_path: Path) -> None:
    journal = tmp_path / "j"
    done = subprocess.run(
        [sys.executable, "-c", FULL_CHILD, str(journal)], capture_output=True, text=True, check=True, timeout=PATIENCE
    )
    first, *message = done.stdout.splitlines()
    assert first == "1 False"
    assert str(journal) in message[0]
    assert "cannot be written" in done.stdout
    assert "make room" in done.stdout
    assert journal.read_bytes().endswith(b"\n")
    kept = tuple(read_journal(journal))
    assert len(kept) > 1000
    assert kept[-1].at == len(kept) - 1


def test_a_disk_that_is_full_from_the_start_is_told() -> None:
    with pytest.raises(StageError, match="/dev/full"):
        Journal(Path("/dev/full"))


def test_a_path_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="cannot be written"):
        Journal(tmp_path / "file" / "j")


def test_an_existing_journal_goes_on_after_its_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    journal = Journal(path)
    journal.write(Noticed(1.0, "note", "first"))
    journal.close()
    path.write_bytes(path.read_bytes() + b'["noticed",{"at":2')
    journal = Journal(path)
    journal.write(Noticed(3.0, "note", "third"))
    journal.close()
    texts = [event.text for event in read_journal(path) if isinstance(event, Noticed)]
    assert texts[0] == "first"
    assert "line 3" in texts[1]
    assert texts[2] == "third"


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j")
    journal.close()
    journal.close()
    assert not journal.is_open
