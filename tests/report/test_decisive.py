"""Of a service's last lines those are kept that tell why it ended."""

import pytest

from dovetail.report.decisive import FRAMES_KEPT, pick_lines

ACCESS = '127.0.0.1 - "GET /health HTTP/1.1" 200 OK'
DIED = "the consumer died: KeyError('customer_id')"


@pytest.mark.parametrize(
    "noise",
    [
        ACCESS,
        "GET /orders/17 200 4 ms",
        '{"method": "POST", "path": "/orders", "status": 201}',
        "200 in 3 ms GET /stock",
    ],
)
def test_access_lines_make_room_for_what_tells_more(noise: str) -> None:
    assert pick_lines([noise, DIED, noise], 6) == (DIED,)


def test_a_request_that_failed_is_no_noise() -> None:
    assert pick_lines(["GET /orders/17 500 4 ms"], 6) == ("GET /orders/17 500 4 ms",)


def test_where_there_is_nothing_else_the_last_of_like_lines_stands() -> None:
    assert pick_lines(["GET /a 200 1 ms", "GET /a 200 2 ms", "GET /b 200 3 ms"], 6) == (
        "GET /a 200 2 ms",
        "GET /b 200 3 ms",
    )


def test_like_lines_stand_once_at_their_last_place() -> None:
    lines = ["retry 1 of 0x7f", "waiting", "retry 2 of 0x80"]
    assert pick_lines(lines, 6) == ("waiting", "retry 2 of 0x80")


def test_errors_are_kept_before_what_came_after_them() -> None:
    chatter = [f"chatter {letter}" for letter in "abcdefgh"]
    assert pick_lines([DIED, *chatter], 3) == (DIED, "chatter g", "chatter h")


def test_of_a_traceback_the_end_is_kept() -> None:
    frames = [f'  File "{letter}.py", line 1, in {letter}' for letter in "abcdefgh"]
    lines = ["before", "Traceback (most recent call last):", *frames, "KeyError: 1"]
    assert pick_lines(lines, 20) == ("before", *frames[-FRAMES_KEPT:], "KeyError: 1")


def test_a_traceback_that_was_cut_keeps_what_is_there() -> None:
    assert pick_lines(["Traceback (most recent call last):", "  File a"], 20) == ("  File a",)


def test_no_more_lines_are_kept_than_asked_for_and_blank_ones_not_at_all() -> None:
    assert pick_lines(["", "  ", *(f"error {letter}" for letter in "abcdef")], 2) == ("error e", "error f")
    assert pick_lines([], 2) == ()
