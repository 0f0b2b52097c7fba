"""A service is away from the first change that says so until it is there again."""

import pytest

from dovetail.model.event import ServiceChanged
from dovetail.report.fact import ServiceRecord
from dovetail.report.outage import ENDLESS, TOLD_LATE, Outage, find_outages


def outages(*changes: tuple[float, str]) -> list[Outage]:
    told = tuple(ServiceChanged(at, "payments", state) for at, state in changes)
    return list(find_outages(ServiceRecord("payments", "http", changes=told)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (((0, "starting"), (1, "ready")), []),
        (((1, "ready"), (5, "failed")), [(5, ENDLESS, "failed")]),
        (((1, "ready"), (5, "failed"), (9, "stopping"), (9.1, "stopped")), [(5, ENDLESS, "failed")]),
        (((1, "ready"), (5, "paused"), (6, "ready")), [(5, 6, "paused")]),
        (((1, "ready"), (5, "stopping"), (5.1, "stopped"), (6, "starting"), (7, "ready")), [(5, 7, "stopping")]),
        (((1, "ready"), (2, "paused"), (3, "ready"), (4, "failed")), [(2, 3, "paused"), (4, ENDLESS, "failed")]),
    ],
)
def test_absences_are(changes: tuple[tuple[float, str], ...], expected: list[tuple[float, float, str]]) -> None:
    assert [(one.change.at, one.until, one.change.state) for one in outages(*changes)] == expected


@pytest.mark.parametrize(
    ("begin", "end", "is_covered"),
    [(1, 4.4, False), (1, 4.6, True), (5, 6, True), (6, 6.9, True), (7, 8, False)],
)
def test_an_exit_covers_what_it_met_and_is_noticed_late(begin: float, end: float, *, is_covered: bool) -> None:
    (exit_,) = outages((5, "failed"), (7, "ready"))
    assert exit_.covers(begin, end) is is_covered


def test_what_was_ordered_is_noticed_at_once() -> None:
    (pause,) = outages((5, "paused"), (7, "ready"))
    assert not pause.covers(1, 5 - TOLD_LATE / 2)


def test_who_ended_by_itself_was_away_until_it_was_done_again() -> None:
    (exit_,) = outages((5, "failed"), (7, "done"))
    assert (exit_.is_exit, exit_.until) == (True, 7)


def test_an_exit_at_the_very_end_of_its_delay_still_counts() -> None:
    (exit_,) = outages((5, "failed"))
    assert exit_.covers(1, 5 - TOLD_LATE)


@pytest.mark.parametrize(
    ("name", "state", "detail", "is_end"),
    [
        ("payments@s1", "stopping", "", True),
        ("payments@s1", "stopping", "killed", False),
        ("payments@s1", "failed", "", False),
        ("payments", "stopping", "", False),
    ],
)
def test_only_a_copy_that_is_taken_down_without_a_word_had_served(
    name: str, state: str, detail: str, *, is_end: bool
) -> None:
    change = ServiceChanged(5, name, state, detail=detail)
    (outage,) = find_outages(ServiceRecord(name, "http", changes=(change,)))
    assert outage.is_end_of_slice is is_end
