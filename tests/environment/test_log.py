from base64 import b64encode
from pathlib import Path

import pytest

from dovetail.environment.hub import Hub
from dovetail.environment.log import LINES_TOLD, ServiceLog
from dovetail.model.event import Event, LogWritten


def told(events: list[Event]) -> list[str]:
    return [event.line for event in events if isinstance(event, LogWritten)]


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"one\ntwo\n"], ["one", "two"]),
        ([b"on", b"e\ntw", b"o\n"], ["one", "two"]),
        ([b"dos\r\n"], ["dos"]),
        ([b"no end"], ["no end"]),
        ([b"\xff\xfe\n"], ["��"]),
        ([b"\n"], [""]),
    ],
)
def test_bytes_are_cut_into_lines(pieces: list[bytes], lines: list[str]) -> None:
    events: list[Event] = []
    hub = Hub(lambda: 1.0)
    hub.listen(events.append)
    log = ServiceLog("a", hub)
    for piece in pieces:
        log.feed(piece)
    log.finish()
    assert told(events) == lines
    assert list(log.tail()) == lines


def test_a_flood_is_told_in_part_and_written_to_the_file_in_full(tmp_path: Path) -> None:
    events: list[Event] = []
    hub = Hub(lambda: 1.0)
    hub.listen(events.append)
    log = ServiceLog("a", hub, tmp_path / "a.log")
    flood = b"".join(b"%d\n" % number for number in range(50_000))
    for start in range(0, len(flood), 65_536):
        log.feed(flood[start : start + 65_536])
    log.close()
    assert len(told(events)) < 2 * LINES_TOLD
    assert any("came too fast" in line for line in told(events))
    assert log.tail(1) == ("49999",)
    assert (tmp_path / "a.log").read_bytes() == flood


def test_a_line_without_end_does_not_grow_for_ever() -> None:
    log = ServiceLog("a", Hub(lambda: 1.0))
    for _ in range(64):
        log.feed(b"x" * 65_536)
    assert all(len(line) <= 16_384 for line in log.tail())


def test_secrets_are_blotted_out_also_where_the_bytes_came_in_pieces(tmp_path: Path) -> None:
    log = ServiceLog("a", Hub(lambda: 1.0), tmp_path / "a.log", ["s3cret/word", "x"])
    for piece in (b"password s3cr", b"et/word and ", b64encode(b"s3cret/word").rstrip(b"="), b" and s3cret%2Fword\nx"):
        log.feed(piece)
    log.finish()
    log.close()
    assert log.tail() == ("password *** and *** and ***", "x")
    assert (tmp_path / "a.log").read_text(encoding="utf-8") == "password *** and *** and ***\nx\n"


def test_lines_can_be_asked_for_from_a_moment_on() -> None:
    now = [1.0]
    log = ServiceLog("a", Hub(lambda: now[0]))
    log.add("early")
    now[0] = 2.0
    log.add("late")
    assert [line.text for line in log.since(2.0)] == ["late"]


def test_a_watcher_hears_lines_until_it_has_enough() -> None:
    heard: list[str] = []
    log = ServiceLog("a", Hub(lambda: 1.0))
    stop = log.watch(heard.append)
    log.add("one")
    stop()
    log.add("two")
    assert heard == ["one"]
