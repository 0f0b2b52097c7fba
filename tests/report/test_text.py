"""Times, counts and foreign text are written for people."""

import pytest

from dovetail.report.text import clean, escape, hide_password, on_one_line, spell_count, spell_ms


@pytest.mark.parametrize(
    ("ms", "expected"),
    [
        (0, "0 ms"),
        (0.25, "0.2 ms"),
        (212.4, "212 ms"),
        (999.4, "999 ms"),
        (1, "1 ms"),
        (1000, "1.0 s"),
        (9_940, "9.9 s"),
        (10_000, "10 s"),
        (60_000, "1 m 0 s"),
        (3120, "3.1 s"),
        (12_400, "12 s"),
        (75_000, "1 m 15 s"),
        (3_600_000, "60 m 0 s"),
    ],
)
def test_a_duration_reads_as_people_say_it(ms: float, expected: str) -> None:
    assert spell_ms(ms) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07after", "after"),
        ("a\x00b\x08c", "abc"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("turned \u202eround", "turned round"),
        ("lone \ud800 half", "lone  half"),
        ("tab\tstays", "tab\tstays"),
    ],
)
def test_what_could_steer_a_terminal_is_removed(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_password_in_an_address_is_hidden_and_nothing_else() -> None:
    assert hide_password("postgresql://me:s3cr%40t@127.0.0.1:5432/db") == "postgresql://me:***@127.0.0.1:5432/db"
    assert hide_password("redis://:pw@cache:6379/0") == "redis://:***@cache:6379/0"
    for plain in ("http://127.0.0.1:80/a@b", "127.0.0.1:9092", "http://me@host:80"):
        assert hide_password(plain) == plain


def test_one_line_is_cut_with_an_ellipsis() -> None:
    assert on_one_line("a\n  b\tc") == "a b c"
    assert on_one_line("abcdefgh", 5) == "abcd…"
    assert on_one_line("abcde", 5) == "abcde"
    assert on_one_line("abcde") == "abcde"


def test_what_markup_is_made_of_is_escaped_between_tags_and_in_attributes() -> None:
    assert escape("""<a b="c" d='e'>&amp;""") == "&lt;a b=&quot;c&quot; d=&#x27;e&#x27;&gt;&amp;amp;"


def test_a_count_knows_one_and_many() -> None:
    assert [spell_count(n, "check") for n in (0, 1, 1200)] == ["0 checks", "1 check", "1,200 checks"]
