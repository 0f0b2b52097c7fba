"""A reader that leaves before all is written, streams that came closed, a disk that is full."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

WRITING = """\
import sys
from dovetail.cli.pipe import write_to_nobody
try:
    print("first", flush=True)
except BrokenPipeError:
    write_to_nobody("stdout")
print("second", flush=True)
sys.exit(7)
"""
ENTERING = """\
import sys
from dovetail.cli.main import enter
sys.argv[1:] = {words!r}
enter()
"""
FULL = Path("/dev/full")


def test_what_nobody_reads_is_written_without_a_word_of_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run([sys.executable, "-c", WRITING], stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (7, b"")


def enter(words: list[str], redirected: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a shell does that redirects its streams."""
    script = ENTERING.format(words=words)
    return subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {redirected}', sys.executable, script],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "redirected", "code"),
    [
        (["--version"], ">&-", 0),
        (["words"], ">&-", 0),
        (["words"], "<&- >&- 2>&-", 0),
        (["rnu"], "2>&-", 4),
    ],
)
def test_a_stream_that_came_closed_changes_no_exit_code(words: list[str], redirected: str, code: int) -> None:
    ended = enter(words, redirected)
    assert (ended.returncode, ended.stderr) == (code, "")


def test_what_came_closed_is_taken_by_no_other_file() -> None:
    script = """\
import os, sys
from dovetail.cli.pipe import open_closed_streams
open_closed_streams()
print(os.open("/", os.O_RDONLY), file=sys.stderr)
"""
    ended = subprocess.run(
        ["sh", "-c", 'exec "$0" -c "$1" <&- >&-', sys.executable, script], capture_output=True, text=True, check=False
    )
    assert int(ended.stderr) > 2


@pytest.mark.skipif(not FULL.exists(), reason="only some systems have a device that is always full")
@pytest.mark.parametrize("words", [["--help"], ["words"]])
def test_an_output_that_takes_no_more_is_told_in_one_sentence(words: list[str]) -> None:
    ended = enter(words, f"> {FULL}")
    assert ended.returncode == 6
    assert ended.stderr.splitlines() == [
        "the output cannot be written: No space left on device",
        "make room there, or send it elsewhere",
    ]


@pytest.mark.skipif(not FULL.exists(), reason="only some systems have a device that is always full")
def test_a_complaint_that_nobody_can_read_changes_no_exit_code() -> None:
    assert enter(["rnu"], f"2> {FULL}").returncode == 4
