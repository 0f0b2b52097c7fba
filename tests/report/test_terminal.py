"""Text fits its width, and a stream that breaks does not break the run."""

import io
import os

import pytest

from dovetail.report.terminal import Style, Terminal, fold, hang, rule, shorten, spread, width_of


def test_words_are_folded_and_only_too_long_ones_cut() -> None:
    assert fold("one two three", 12) == ["one two", "three"]
    assert fold("abcdefghijklmnopqrstuvwxyz", 10) == ["abcdefghij", "klmnopqrst", "uvwxyz"]
    assert fold("", 10) == [""]
    assert fold("first line is narrow", 30, 12) == ["first line", "is narrow"]


@pytest.mark.parametrize("text", ["plain words of a sentence", "日本語の長い名前がここにある", "x" * 99, "a " * 50])
def test_no_folded_row_is_wider_than_asked(text: str) -> None:
    assert all(width_of(row) <= 14 for row in fold(text, 14))


def test_wide_letters_count_twice_and_marks_not_at_all() -> None:
    assert [width_of(text) for text in ("abc", "日本", "e\u0301", "a\u200db")] == [3, 4, 1, 2]
    assert shorten("日本語日本語", 7) == "日本語…"
    assert shorten("short", 7) == "short"


def test_a_narrow_encoding_gets_plain_signs_and_never_an_error() -> None:
    raw = io.BytesIO()
    terminal = Terminal(io.TextIOWrapper(raw, encoding="ascii"))
    terminal.say("✗ broken ─── │ · ü")
    assert raw.getvalue() == b"x broken --- | - ?\n"


def test_a_stream_without_an_encoding_gets_everything() -> None:
    stream = io.StringIO()
    Terminal(stream).say("✓ fine")
    assert stream.getvalue() == "✓ fine\n"


def test_a_closed_pipe_is_silence() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    stream = os.fdopen(writer, "w", encoding="utf-8")
    terminal = Terminal(stream)
    terminal.say("nobody reads this")
    terminal.say("nor this")
    with pytest.raises(BrokenPipeError):
        stream.close()


def test_a_closed_stream_is_silence() -> None:
    stream = io.StringIO()
    stream.close()
    Terminal(stream).say("nobody reads this")


def test_colour_is_only_where_wanted() -> None:
    assert Style(80, has_color=False).paint("x", "red") == "x"
    assert Style(80, has_color=True).paint("x", "red", "bold") == "\x1b[31;1mx\x1b[0m"


def test_hanging_text_falls_back_to_a_small_indent_where_room_is_short() -> None:
    assert hang("      because  ", "one two three", 21) == ["      because  one", "        two three"]


def test_a_rule_fills_the_line_or_breaks_where_there_is_no_room() -> None:
    assert rule("api", "2 passed", Style(20, has_color=False), "") == ["api " + "─" * 7 + " 2 passed"]
    assert rule("api", "2 passed", Style(12, has_color=False), "red") == ["api", "  2 passed"]


def test_two_ends_of_a_line_stand_under_each_other_where_they_do_not_fit() -> None:
    assert spread("left", "right", Style(11, has_color=False)) == ["left  right"]
    assert spread("left", "right", Style(10, has_color=False)) == ["left", "  right"]
