"""One check is told the same way by every format that holds text."""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from dovetail.model.data import NOWHERE
from dovetail.model.event import Event
from dovetail.model.outcome import Mismatch, StepOutcome, Verdict
from dovetail.report.finding import find_causes
from dovetail.report.record import read_run
from dovetail.report.telling import (
    LONGEST_LINE,
    causes_by_check,
    headline,
    headline_attempt,
    tell_attempt,
    tell_check,
    tell_log,
)

if TYPE_CHECKING:
    from tests.report.conftest import Story


def test_every_check_that_did_not_pass_has_its_cause(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    assert set(causes_by_check(find_causes(record))) == {check.id for check in record.checks if not check.is_fine}


def test_the_headline_is_the_first_expectation_that_did_not_hold(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    check = next(one for one in record.checks if one.name == "an order is paid")
    assert headline(check, None) == "status: expected 201, got 503"
    assert "an order is paid" not in tell_check(check, None)
    assert 'json.status: expected "pending", got <absent>' in tell_check(check, None)


def test_the_headline_falls_back_to_the_reason_the_cause_and_the_verdict(story: "Story") -> None:
    story.check("a", verdict=Verdict.INCONCLUSIVE, why="its need did not pass")
    story.check("b", verdict=Verdict.INCONCLUSIVE)
    reasoned, bare = read_run(story.stream()).checks
    assert headline(reasoned, None) == "its need did not pass"
    assert headline(bare, None) == "inconclusive"
    assert headline(bare, causes_by_check(find_causes(read_run(story.stream())))[bare.id]) == "no step tells why"


def test_an_attempt_is_told_by_number_only_where_there_are_several(shop_events: list[Event]) -> None:
    check = next(one for one in read_run(shop_events).checks if one.verdict is Verdict.FLAKY)
    first = check.attempts[0]
    assert headline_attempt(first) == "no answer within 2 s: timed out"
    assert next(iter(tell_attempt(first, is_alone=False))) == "attempt 1: failed after 200 ms"
    assert next(iter(tell_attempt(first, is_alone=True))).startswith("tests/integration/orders.yaml:14  GET /stock")
    assert "attempt 2: passed" in tell_check(check, None)


def test_the_log_names_the_service_of_each_line(shop_events: list[Event]) -> None:
    check = next(one for one in read_run(shop_events).checks if one.name == "an order is paid")
    assert tell_log(check) == ["orders | payments unavailable <script>alert(1)</script>"]


def test_a_line_that_would_fill_a_report_by_itself_is_cut(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    story.check("bad", "api", story.attempt(1.0, 1.0, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.log("orders", 1.05, "x" * LONGEST_LINE)
    story.log("orders", 1.06, "y" * 100_000)
    whole, cut = tell_log(read_run(story.stream()).checks[0])
    assert whole == f"orders | {'x' * LONGEST_LINE}"
    assert cut == f"orders | {'y' * LONGEST_LINE}…"


def test_a_failed_check_is_told_letter_by_letter(small: "Story") -> None:
    record = read_run(small.stream())
    check = next(one for one in record.checks if one.name == "bad 1")
    assert (
        tell_check(check, causes_by_check(find_causes(record))[check.id])
        == """\
tests/integration/orders.yaml:21
tests/integration/orders.yaml:14  POST /orders on orders
  tests/integration/orders.yaml:17  status: expected 201, got 503  (unavailable)
  0.05 s  saw 502
  0.10 s  saw 503
tests/integration/orders.yaml:14  DELETE /orders/1 on orders: refused
cleanup failed: left
likely  orders exited with code 1
  orders | no disk left
next     dovetail logs orders · dovetail run --failed"""
    )


def test_what_has_no_place_no_request_and_no_step_is_told_by_what_there_is(story: "Story") -> None:
    wrong = Mismatch("answer", "1", "2")
    nameless = StepOutcome("ask", "http", "orders", Verdict.FAILED, 0.1, 1.0, 1, (wrong,))
    story.check("a", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (nameless,)), verdict=Verdict.FAILED)
    story.check("b", "api", story.attempt(1.0, 0.1, Verdict.FAILED, why="the fixture broke"), verdict=Verdict.FAILED)
    story.check("c", "api", story.attempt(1.0, 0.1, Verdict.FAILED), verdict=Verdict.FAILED)
    checks = [replace(one, place=NOWHERE) for one in read_run(story.stream()).checks]
    assert tell_check(checks[0], None) == "ask on orders\n  answer: expected 1, got 2"
    assert [headline_attempt(one.attempts[0]) for one in checks[1:]] == ["the fixture broke", "failed"]
    assert tell_check(checks[1], None) == ""
