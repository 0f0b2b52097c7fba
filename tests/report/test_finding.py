"""Many failures with one cause are one finding."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event, TornDown
from dovetail.model.outcome import Verdict
from dovetail.report.fact import Record
from dovetail.report.finding import Finding, find_causes
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def test_three_checks_behind_one_dead_service_are_one_finding(shop_events: list[Event]) -> None:
    first = find_causes(read_run(shop_events))[0]
    assert (first.kind, first.title, len(first.checks)) == ("service-down", "payments exited with code 1", 3)
    assert first.when == "420 ms earlier"
    assert first.next == ("dovetail logs payments", "dovetail run --failed")


def test_every_check_that_did_not_pass_is_explained_once(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    told = Counter(check for finding in find_causes(record) for check in finding.checks)
    assert told == Counter(check.id for check in record.checks if not check.is_fine)


def test_a_check_that_could_not_be_played_is_explained_where_every_service_was_ready(story: "Story") -> None:
    identity = story.check("asks nobody", verdict=Verdict.INCONCLUSIVE, why="bank has no address")
    (finding,) = (one for one in find_causes(read_run(story.stream())) if one.checks)
    assert finding.checks == (identity,)
    assert "bank has no address" in finding.title


def test_failures_come_before_doubts_and_flaky_ones(shop_events: list[Event]) -> None:
    verdicts = [finding.verdict for finding in find_causes(read_run(shop_events))]
    assert verdicts == sorted(verdicts, key=[Verdict.FAILED, Verdict.INCONCLUSIVE, Verdict.FLAKY].index)


@pytest.mark.parametrize(
    ("likely", "expected"),
    [
        ((), "3 checks share this cause"),
        (("b",), "3 checks share this cause, 1 of them likely"),
        (("a", "b", "c"), "3 checks likely share this cause"),
    ],
)
def test_what_is_only_likely_is_never_told_as_certain(likely: tuple[str, ...], expected: str) -> None:
    assert Finding("service-down", "payments exited", Verdict.FAILED, ("a", "b", "c"), likely).share == expected


def test_a_green_run_has_no_finding(story: "Story") -> None:
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.PASSED, 0)
    assert find_causes(read_run(story.stream())) == ()


def test_a_run_that_was_cut_short_says_so_first_and_once(shop_events: list[Event]) -> None:
    record = read_run(shop_events[:60])
    first, *rest = find_causes(record)
    assert first.kind == "cut-short"
    assert len(first.checks) == record.totals.inconclusive
    assert not any("cut short" in finding.title for finding in rest)


def test_a_service_that_never_became_ready_is_told_without_any_check(story: "Story") -> None:
    story.change("payments", "failed", 0.4, "exited with code 3 before it was ready", ("no such module: shop",))
    story.end(0.5, Verdict.INCONCLUSIVE, 6, "payments never became ready")
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.kind, finding.service, finding.verdict) == ("service-failed", "payments", Verdict.INCONCLUSIVE)
    assert finding.evidence[0].text == "no such module: shop"


def test_what_teardown_left_behind_is_a_finding(shop_events: list[Event]) -> None:
    left = TornDown(shop_events[-1].at, 10.0, ("process 4711", "port 4003"))
    first = find_causes(read_run([*shop_events, left]))[0]
    assert (first.kind, [one.text for one in first.evidence]) == ("not-torn-down", ["process 4711", "port 4003"])


def test_checks_that_waited_for_a_service_that_never_was_ready_are_its_finding(story: "Story") -> None:
    story.change("payments", "failed", 0.4, "exited with code 3")
    why = "the environment was not ready: payments exited"
    names = [story.check(name, verdict=Verdict.INCONCLUSIVE, why=why) for name in ("one", "two")]
    story.end(0.5, Verdict.INCONCLUSIVE, 6, "payments never became ready")
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.service, list(finding.checks)) == ("payments", names)


def test_those_that_never_got_ready_are_told_in_the_order_in_which_they_failed(story: "Story") -> None:
    story.change("gateway", "failed", 0.5, "gateway took longer than 60 s")
    story.change("orders-db", "failed", 0.4, "orders-db exited with code 3")
    story.check("one", verdict=Verdict.INCONCLUSIVE, why="the environment was not ready")
    story.end(0.6, Verdict.INCONCLUSIVE, 6, "orders-db exited with code 3")
    findings = find_causes(read_run(story.stream()))
    assert [(finding.service, len(finding.checks)) for finding in findings] == [("orders-db", 1), ("gateway", 0)]


def tell_broken_consumer(story: "Story") -> None:
    """An exit that five kinds of failure come from: asked directly, refused behind a gateway, an event, a wait."""
    story.ready("notifications", 0.2)
    story.change("notifications", "failed", 2.5, "exited with code 1", ("GET /health 200", "died: KeyError"))
    fail = Verdict.FAILED
    steps = (
        story.step("GET /notes", "notifications", verdict=fail, error="connection refused"),
        story.step("GET /api/notes", "gateway", verdict=fail, mismatches=(story.wrong("status", "200", "502"),)),
        story.step("consume notifications.sent", "events", verb="kafka.consume", verdict=fail, error="no message"),
    )
    for number, step in enumerate(steps):
        story.check(f"check {number}", "api", story.attempt(3.0 + number, 0.5, fail, (step,)), verdict=fail)
    story.call("gateway -> notifications", 4.05, "connect 127.0.0.1:4004", "connection refused", "refused")
    story.change("notifications", "stopping", 5.2)
    story.end(5.5, fail, 1, "3 checks failed")


def test_everything_that_an_exit_breaks_is_one_finding(story: "Story") -> None:
    story.edges = {**story.edges, "gateway -> notifications": "http"}
    tell_broken_consumer(story)
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.kind, finding.service, len(finding.checks)) == ("service-down", "notifications", 3)
    assert finding.likely == ("orders/check-2",)
    assert [line.text for line in finding.evidence] == ["died: KeyError"]


def test_a_step_that_steers_a_service_is_told_with_its_name(story: "Story") -> None:
    failed = story.step("orders", "", verb="service.restart", verdict=Verdict.FAILED, error="odd")
    story.check("restart", "api", story.attempt(3.0, 0.4, Verdict.FAILED, (failed,)), verdict=Verdict.FAILED)
    story.end(4.0, Verdict.FAILED, 1)
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.title, finding.service) == ("orders: odd", "orders")


def told(story: "Story", exit_code: int = 1) -> list[tuple[str, str, int]]:
    """Return kind, service and number of checks of each finding."""
    story.end(6.0, Verdict.FAILED, exit_code)
    return [(one.kind, one.service, len(one.checks)) for one in find_causes(read_run(story.stream()))]


def test_a_service_that_exited_is_told_even_where_every_check_passed(story: "Story") -> None:
    story.ready("payments", 0.2)
    story.change("payments", "failed", 2.0, "exited with code 1")
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    assert told(story) == [("service-failed", "payments", 0)]


def test_a_service_that_came_back_is_no_finding(story: "Story") -> None:
    story.ready("payments", 0.2)
    story.change("payments", "failed", 2.0, "killed")
    story.change("payments", "ready", 2.5)
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    assert told(story, 0) == []


def test_an_answer_that_was_wrong_does_not_hide_that_its_service_exited_later(story: "Story") -> None:
    story.ready("payments", 0.2)
    wrong = story.step("GET /a", "payments", verdict=Verdict.FAILED, mismatches=(story.wrong("json.a", "1", "2"),))
    story.check("wrong", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (wrong,)), verdict=Verdict.FAILED)
    story.change("payments", "failed", 4.0, "exited with code 1")
    assert sorted(told(story)) == [("mismatch", "payments", 1), ("service-failed", "payments", 0)]


def test_only_checks_that_never_began_waited_for_a_service(story: "Story") -> None:
    story.change("payments", "failed", 0.4, "exited with code 3")
    story.check("waited", verdict=Verdict.INCONCLUSIVE, why="the environment was not ready")
    story.check("skipped", verdict=Verdict.SKIPPED, why="later")
    wrong = story.step("GET /a", "users", verdict=Verdict.FAILED, mismatches=(story.wrong("json.a", "1", "2"),))
    story.check("wrong", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (wrong,)), verdict=Verdict.FAILED)
    assert sorted(told(story)) == [("mismatch", "users", 1), ("service-failed", "payments", 1)]


@pytest.mark.parametrize(("count", "words"), [(1, "while the check ran"), (2, "while they ran")])
def test_an_exit_in_the_midst_of_a_step_came_while_it_ran(story: "Story", count: int, words: str) -> None:
    story.ready("payments", 0.2)
    failed = story.step("GET /a", "payments", verdict=Verdict.FAILED, error="connection reset", duration_ms=300.0)
    for number in range(count):
        attempt = story.attempt(3.0, 0.4, Verdict.FAILED, (failed,))
        story.check(f"check {number}", "api", attempt, verdict=Verdict.FAILED)
    story.change("payments", "failed", 3.1, "exited with code 1")
    story.end(4.0, Verdict.FAILED, 1)
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.kind, finding.when) == ("service-down", words)


def test_only_of_an_exit_is_told_how_long_before_it_was(story: "Story") -> None:
    failed = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", "201", "503"),))
    story.check("one", "api", story.attempt(3.0, 0.4, Verdict.FAILED, (failed,)), verdict=Verdict.FAILED)
    story.call("orders -> payments", 3.05, "POST /payments", "", "refused")
    story.end(4.0, Verdict.FAILED, 1)
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.kind, finding.when) == ("edge-refused", "")


@pytest.mark.parametrize(("request_", "on", "service"), [("users", "cache", "cache"), ("wait 5s", "", "")])
def test_a_request_that_is_called_like_a_service_blames_who_was_asked(
    story: "Story", request_: str, on: str, service: str
) -> None:
    failed = story.step(request_, on, verb="redis", verdict=Verdict.FAILED, error="odd")
    story.check("one", "api", story.attempt(3.0, 0.4, Verdict.FAILED, (failed,)), verdict=Verdict.FAILED)
    assert told(story) == [("error", service, 1)]


def test_causes_are_found_without_holding_the_checks_that_they_explain(
    failures_far_behind: Record, peak_of: Callable[[Callable[[], object]], int]
) -> None:
    assert peak_of(lambda: find_causes(failures_far_behind)) < 3_000_000
    (finding,) = find_causes(failures_far_behind)
    assert finding.checks == tuple(check.id for check in failures_far_behind.checks if not check.is_fine)
