import pytest

from dovetail.errors import UsageError
from dovetail.journal.line import HEADER, UnreadableLineError, check_header, read_line, write_line
from dovetail.model import event as facts
from dovetail.model.event import Event, Noticed


def test_the_table_holds_every_kind_of_event(events: tuple[Event, ...]) -> None:
    assert {type(event) for event in events} == set(facts.EVENTS.values())


def test_an_event_comes_back_as_it_was(event: Event) -> None:
    assert read_line(write_line(event)) == event


def test_an_event_is_one_line(event: Event) -> None:
    assert write_line(event).count(b"\n") == 1


def test_a_text_that_is_no_unicode_is_kept_as_far_as_it_goes() -> None:
    kept = read_line(write_line(Noticed(1.0, "note", "bad \udcff byte")))
    assert kept == Noticed(1.0, "note", "bad ? byte")


def test_a_field_that_only_a_newer_version_knows_is_passed_over() -> None:
    line = write_line(Noticed(1.0, "note", "x")).replace(b'{"at"', b'{"new":[1],"at"')
    assert read_line(line) == Noticed(1.0, "note", "x")


def test_an_unknown_event_is_told_by_its_name() -> None:
    assert read_line(b'["comet-seen",{"at":1.0}]\n') == "comet-seen"


@pytest.mark.parametrize("line", [b'["noticed",{"at":1.0,"lev', b"\xff\xfe", b"[]", b'["noticed",{"at":"x"}]', b""])
def test_what_is_no_event_is_unreadable(line: bytes) -> None:
    with pytest.raises(UnreadableLineError):
        read_line(line)


@pytest.mark.parametrize("at", [-1.0, -1e20, 1e15, 1e300])
def test_a_time_that_no_clock_shows_makes_an_event_unreadable(at: float) -> None:
    with pytest.raises(UnreadableLineError, match="is no time"):
        read_line(write_line(Noticed(at, "note", "x")))


def test_the_header_is_accepted() -> None:
    check_header(HEADER, "j")


def test_a_newer_format_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"format 2, written by a newer Dovetail(.|\n)*pip install -U"):
        check_header(HEADER.replace(b"1", b"2"), "j")


@pytest.mark.parametrize("line", [b"", b"hello\n", b'["noticed",{"at":1.0}]\n', b'{"a":1}\n', b"\xff"])
def test_a_file_that_is_no_journal_is_refused(line: bytes) -> None:
    with pytest.raises(UsageError, match="no journal"):
        check_header(line, "j")
