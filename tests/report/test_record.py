"""A stream of events reads as one record, whole or cut short."""

import gc
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from dovetail.model.event import (
    EVENTS,
    AttemptEnded,
    CheckEnded,
    CheckPlanned,
    CheckStarted,
    Event,
    PlannedCheck,
    RunEnded,
    RunStarted,
    ServiceChanged,
    StepEnded,
)
from dovetail.model.outcome import Verdict
from dovetail.model.shelf import NEAR
from dovetail.report.fact import Attribution, Totals
from dovetail.report.record import CUT_SHORT, Recorder, read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def test_a_run_is_folded_with_its_totals_by_scope(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    assert (record.system, record.environment, record.seed, record.agents) == ("shop", "local", "7f3a", 4)
    assert record.totals == Totals(passed=7, failed=6, flaky=1, inconclusive=1, skipped=1)
    assert record.scopes["api"] == Totals(passed=6, failed=3)
    assert (record.verdict, record.exit_code, record.is_complete) == (Verdict.FAILED, 1, True)
    assert record.causes == ("6 checks failed", "1 check was inconclusive")
    assert round(record.ready_ms) == 740


def test_checks_keep_the_order_of_the_plan(shop_events: list[Event]) -> None:
    start = shop_events[0]
    assert isinstance(start, RunStarted)
    assert [check.id for check in read_run(shop_events).checks] == [planned.id for planned in start.checks]


def test_every_attempt_is_kept_and_the_failed_one_tells_a_flaky_check(shop_events: list[Event]) -> None:
    flaky = next(check for check in read_run(shop_events).checks if check.verdict is Verdict.FLAKY)
    assert [attempt.verdict for attempt in flaky.attempts] == [Verdict.FAILED, Verdict.PASSED]
    assert flaky.telling_attempt is flaky.attempts[0]


def test_a_journal_without_an_end_reads_as_cut_short_and_nothing_unfinished_is_green(shop_events: list[Event]) -> None:
    ended = {event.check for event in shop_events[:60] if isinstance(event, CheckEnded)}
    record = read_run(shop_events[:60])
    assert (record.verdict, record.exit_code, record.is_complete) == (Verdict.INCONCLUSIVE, 9, False)
    assert record.causes[0] == CUT_SHORT
    unfinished = [check for check in record.checks if check.id not in ended]
    assert unfinished
    assert all(check.verdict is Verdict.INCONCLUSIVE and CUT_SHORT in check.why for check in unfinished)


def test_a_run_that_was_cut_short_took_as_long_as_it_was_heard(shop_events: list[Event]) -> None:
    begin, last = shop_events[0].at, shop_events[59].at
    assert read_run(shop_events[:60]).duration_ms == pytest.approx((last - begin) * 1000)


def test_a_check_that_was_planned_but_never_ran_is_inconclusive_even_in_a_green_run(story: "Story") -> None:
    story.check("never reached")
    story.events.clear()
    story.end(1.0, Verdict.PASSED, 0)
    (check,) = read_run(story.stream()).checks
    assert check.verdict is Verdict.INCONCLUSIVE
    assert check.why == "never started: never ended"


def test_no_event_at_all_reads_as_cut_short() -> None:
    record = read_run([])
    assert (record.verdict, record.checks, record.causes) == (Verdict.INCONCLUSIVE, (), (CUT_SHORT,))


def test_a_check_that_no_plan_named_is_kept_under_its_id(shop_events: list[Event]) -> None:
    begun = CheckStarted(shop_events[-1].at, "test_late.py::test_more", 1, 0)
    record = read_run([*shop_events, begun])
    assert record.checks[-1].id == "test_late.py::test_more"
    assert record.checks[-1].verdict is Verdict.INCONCLUSIVE


def test_a_check_planned_late_has_its_name_and_scope(shop_events: list[Event]) -> None:
    at = shop_events[-1].at
    planned = CheckPlanned(at, PlannedCheck("test_late.py::test_more", "more", "python"))
    begun = CheckStarted(at, "test_late.py::test_more", 1, 0)
    orders: list[list[Event]] = [[planned, begun], [begun, planned]]
    for late in orders:
        check = read_run([*shop_events, *late]).checks[-1]
        assert (check.id, check.name, check.scope) == ("test_late.py::test_more", "more", "python")


def test_every_kind_of_event_is_heard() -> None:
    assert set(Recorder().heard) == set(EVENTS.values())


def test_stopping_at_the_end_does_not_hide_that_a_service_was_healthy(story: "Story") -> None:
    story.ready("orders", 0.2)
    story.change("orders", "stopping", 3.0)
    story.change("orders", "stopped", 3.1)
    service = {one.name: one for one in read_run(story.stream()).services}["orders"]
    assert (service.state, service.ready_ms, len(service.changes)) == ("ready", 200.0, 4)


def test_an_environment_that_was_there_before_made_nobody_wait(story: "Story") -> None:
    story.ready("orders", -3.0)
    assert read_run(story.stream()).ready_ms == 0
    story.ready("payments", 0.2)
    assert round(read_run(story.stream()).ready_ms) == 200


def test_a_system_of_which_one_part_never_came_up_was_never_ready(story: "Story") -> None:
    story.ready("orders", 0.2)
    assert round(read_run(story.stream()).ready_ms) == 200
    story.ready("orders@slice", 7.0)
    assert round(read_run(story.stream()).ready_ms) == 200
    story.change("payments", "failed", 0.5, "exited with code 1")
    assert read_run(story.stream()).ready_ms == 0


def test_a_password_in_an_address_is_hidden(story: "Story") -> None:
    story.events.append(ServiceChanged(1.0, "orders-db", "ready", address="postgresql://me:secret@127.0.0.1:1/db"))
    service = {one.name: one for one in read_run(story.stream()).services}["orders-db"]
    assert service.address == "postgresql://me:***@127.0.0.1:1/db"


def test_an_exchange_with_the_checks_trace_is_certainly_its_own(shop_events: list[Event]) -> None:
    checks = {check.name: check for check in read_run(shop_events).checks}
    seen = checks["an order is created, stored and announced"].exchanges
    assert (seen[0].exchange.edge, seen[0].by) == ("orders -> payments", Attribution.TRACE)


def test_an_edge_is_failing_only_where_a_check_that_did_not_pass_met_it(shop_events: list[Event]) -> None:
    edges = {edge.name: edge for edge in read_run(shop_events).edges}
    assert [name for name, edge in edges.items() if edge.is_failing] == ["orders -> payments"]
    assert edges["orders -> payments"].failed == 1
    assert edges["orders -> orders-db"].calls == 2


@pytest.mark.parametrize(
    ("ended", "is_shared", "is_under_fault", "is_failing"),
    [
        ("refused", False, False, True),
        ("refused", True, False, True),
        ("failed", False, False, True),
        ("failed", True, False, False),
        ("refused", False, True, False),
        ("faulted", False, False, False),
        ("answered", False, False, False),
    ],
)
def test_an_edge_is_called_failing_only_on_evidence(
    story: "Story", ended: str, *, is_shared: bool, is_under_fault: bool, is_failing: bool
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x", duration_ms=900.0)
    story.check("bad", "api", story.attempt(1.0, 1.0, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    if is_shared:
        story.check("other", "api", story.attempt(1.0, 1.0, steps=(story.step(),)))
    if is_under_fault:
        story.break_edge("orders -> payments", 1.2, 1.8, "refuse", "another")
    story.call("orders -> payments", 1.5, "POST /payments", "", ended)
    edges = {edge.name: edge for edge in read_run(story.stream()).edges}
    assert edges["orders -> payments"].is_failing is is_failing


def test_the_log_window_holds_what_the_reached_services_wrote_meanwhile(shop_events: list[Event]) -> None:
    checks = {check.name: check for check in read_run(shop_events).checks}
    lines = [event.line for event in checks["an order is created, stored and announced"].log]
    assert any("password authentication failed" in line for line in lines)
    assert checks["an order can be read, way 0"].log == ()


def test_a_fault_belongs_to_the_check_that_asked_for_it(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    (fault,) = record.faults
    broken = next(check for check in record.checks if check.id == fault.check)
    assert broken.faults == (fault,)
    assert fault.lifted_at > fault.injected_at


def test_a_record_is_drawn_anew_only_after_more_was_heard(shop_events: list[Event]) -> None:
    recorder = Recorder()
    for event in shop_events[:-1]:
        recorder.hear(event)
    unended = recorder.record()
    assert recorder.record() is unended
    recorder.hear(shop_events[-1])
    assert recorder.record() == read_run(shop_events) != unended


def test_a_service_nobody_mapped_is_kept(shop_events: list[Event]) -> None:
    late = ServiceChanged(shop_events[-1].at, "stranger", "ready")
    assert read_run([*shop_events, late]).services[-1].name == "stranger"


def test_a_check_among_many_reads_as_it_does_among_few(shop_events: list[Event]) -> None:
    begin, *events = shop_events
    assert isinstance(begin, RunStarted)
    many = tuple(PlannedCheck(f"many/{number}", f"number {number}", "api") for number in range(NEAR + 50))
    ended = [CheckEnded(begin.at, one.id, Verdict.PASSED, 1.0, 0) for one in many]
    crowd = (replace(begin, checks=(*many, *begin.checks)), *ended, *events)
    late = [event for event in events if isinstance(event, StepEnded)][-1]
    few, read = read_run([*shop_events, late]), read_run([*crowd, late])
    assert list(read.checks[len(many) :]) == list(few.checks)
    assert [check.name for check in read.checks[: len(many)]] == [one.name for one in many]
    assert read.totals == replace(few.totals, passed=few.totals.passed + len(many))
    assert read.edges == few.edges


def test_reading_grows_with_the_events_not_faster(story: "Story") -> None:
    def seconds(checks: int) -> float:
        told = type(story)(story.services, story.edges)
        for number in range(checks):
            told.check(
                f"check {number}", "api", told.attempt(number * 0.1, 0.15, steps=(told.step(),), agent=number % 4)
            )
            told.call("orders -> orders-db", number * 0.1 + 0.02, "select 1", "1 row")
        events = told.stream()
        return min(_timed(lambda: read_run(events)) for _ in range(3))

    assert seconds(8000) < 10 * seconds(2000)


def _timed(act: Callable[[], object]) -> float:
    """Return the processor's seconds, which a busy machine does not stretch, nor what others left for the collector."""
    gc.disable()
    try:
        begin = time.thread_time()
        act()
        return time.thread_time() - begin
    finally:
        gc.enable()


def test_the_end_event_has_the_last_word_on_the_verdict(shop_events: list[Event]) -> None:
    end = shop_events[-1]
    assert isinstance(end, RunEnded)
    record = read_run([*shop_events[:-1], replace(end, verdict=Verdict.INCONCLUSIVE, exit_code=2)])
    assert (record.verdict, record.exit_code) == (Verdict.INCONCLUSIVE, 2)


def test_trouble_before_the_step_that_failed_does_not_make_an_edge_failing(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x", started_at=0.5)
    story.check("bad", "api", story.attempt(1.0, 1.0, Verdict.FAILED, (story.step(), bad)), verdict=Verdict.FAILED)
    story.call("orders -> payments", 1.05, "CLIENT MAINT_NOTIFICATIONS", "ERR unknown subcommand", "failed")
    assert not any(edge.is_failing for edge in read_run(story.stream()).edges)


def test_what_is_heard_of_a_check_after_its_end_is_kept_too(shop_events: list[Event]) -> None:
    ends = {event.check: event for event in shop_events if isinstance(event, CheckEnded)}
    late = [event for event in shop_events if isinstance(event, StepEnded | AttemptEnded) and event.check in ends]
    others = [event for event in shop_events if event not in late]
    assert late
    assert read_run([*others[:-1], *late, others[-1]]).checks == read_run(shop_events).checks


def test_calls_between_copies_count_on_the_edge_they_are_copies_of(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    attempt = story.attempt(1.0, 1.0, Verdict.FAILED, (bad,), isolation="slice")
    story.check("bad", "api", attempt, verdict=Verdict.FAILED)
    story.call("orders@s1 -> payments@s1", 1.05, "POST /payments", "", "refused")
    story.ready("orders@s1", 0.5)
    edges = {edge.name: edge for edge in read_run(story.stream()).edges}
    assert not [name for name in edges if "@" in name]
    assert (edges["orders -> payments"].calls, edges["orders -> payments"].is_failing) == (1, True)


def play_in_slices(story: "Story", *slices: str) -> None:
    """Tell of a failed check for each slice, all at the same time; "" is a slice that an old journal does not name."""
    bad = story.step(verdict=Verdict.FAILED, error="x")
    for number, name in enumerate(slices, 1):
        attempt = story.attempt(1.0, 1.0, Verdict.FAILED, (bad,), isolation="slice", slice_name=name)
        story.check(f"check {number}", "api", attempt, verdict=Verdict.FAILED)
    plain = story.attempt(1.0, 1.0, Verdict.FAILED, (bad,), isolation="shared")
    story.check("plain", "api", plain, verdict=Verdict.FAILED)


def test_the_log_of_a_check_in_a_slice_is_that_of_its_own_copies(story: "Story") -> None:
    play_in_slices(story, "s1", "s2", "")
    for service in ("orders@s1", "orders@s2", "orders", "users"):
        story.ready(service, 0.9)
        story.log(service, 1.05, f"said by {service}")
    logs = {check.name: {event.service for event in check.log} for check in read_run(story.stream()).checks}
    assert logs == {
        "check 1": {"orders@s1", "users"},
        "check 2": {"orders@s2", "users"},
        "check 3": {"orders@s1", "orders@s2", "users"},
        "plain": {"orders", "users"},
    }


def test_a_call_in_a_slice_belongs_to_the_check_that_had_it(story: "Story") -> None:
    play_in_slices(story, "s1", "s2")
    for edge in ("orders@s1 -> payments@s1", "orders@s2 -> payments@s2", "orders -> payments"):
        story.call(edge, 1.05, "POST /payments", "201")
    seen = {
        check.name: [(one.exchange.edge, one.by) for one in check.exchanges]
        for check in read_run(story.stream()).checks
    }
    assert seen == {
        "check 1": [("orders@s1 -> payments@s1", "alone")],
        "check 2": [("orders@s2 -> payments@s2", "alone")],
        "plain": [("orders -> payments", "alone")],
    }


def test_a_check_that_waits_for_a_slice_has_nothing_of_what_is_played_there_meanwhile(story: "Story") -> None:
    for name, begun, waited in (("before", 1.0, 0.0), ("after", 1.1, 1.0)):
        attempt = story.attempt(begun, 2.0, steps=(story.step(),), isolation="slice", slice_name="s1", waited=waited)
        story.check(name, "api", attempt)
    story.call("orders@s1 -> payments@s1", 1.5, "POST /payments", "201")
    seen = {check.name: len(check.exchanges) for check in read_run(story.stream()).checks}
    assert seen == {"before": 1, "after": 0}


@pytest.mark.parametrize(
    ("causes", "why"),
    [
        (("2 checks failed", "interrupted by SIGTERM"), "never started: interrupted by SIGTERM"),
        (("2 checks failed",), "never started: never ended"),
    ],
)
def test_what_an_interrupted_run_left_open_says_that_it_was_interrupted(
    story: "Story", causes: tuple[str, ...], why: str
) -> None:
    story.planned.append(PlannedCheck("orders/open", "open", "api"))
    story.end(2.0, Verdict.FAILED, 2, *causes)
    (check,) = read_run(story.stream()).checks
    assert check.why == why
