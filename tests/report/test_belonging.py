"""What belongs to a check is what it was given of exchanges, what it broke, and of what is not fine the log."""

import pytest

from dovetail.model.event import LogWritten, MappedEdge
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.belonging import Belonging
from dovetail.report.draft import LogBook
from dovetail.report.fact import AttemptRecord, Attribution, CheckRecord, FaultRecord
from dovetail.report.reach import Reach

REACH = Reach((MappedEdge("a -> b", "a", "b", "http"), MappedEdge("x -> y", "x", "y", "http")))
FAULT = FaultRecord("1", "x -> y", "refuse", {}, "broken", 1.0, 2.0)


def check(name: str, verdict: Verdict, begin: float, seconds: float = 1.0) -> CheckRecord:
    return CheckRecord(name, name, "api", verdict, attempts=(AttemptRecord(1, 1, begin, seconds * 1000, verdict),))


def exchange(at: float, edge: str = "a -> b") -> Exchange:
    return Exchange(edge, "http", "GET /", "200", "answered", at, 1.0)


def belonging(*lines: LogWritten) -> Belonging:
    log = LogBook(100)
    for line in lines:
        log.add(line)
    return Belonging(REACH, (FAULT,), (), log)


def test_exchanges_go_to_the_check_that_was_played_meanwhile_in_the_order_of_time() -> None:
    one, two = check("one", Verdict.PASSED, 1.0), check("two", Verdict.PASSED, 5.0)
    found = belonging()
    heard = (exchange(5.5, "x -> y"), exchange(1.7), exchange(1.2))
    found.share_out(heard, [(one, ("a",)), (two, ("x",))])
    assert [seen.exchange.started_at for seen in found.add_to(one, ("a",)).exchanges] == [1.2, 1.7]
    (seen,) = found.add_to(two, ("x",)).exchanges
    assert (seen.exchange.started_at, seen.by) == (5.5, Attribution.ALONE)


def test_a_check_that_nothing_belongs_to_stays_what_it_is() -> None:
    one = check("one", Verdict.PASSED, 1.0)
    assert belonging(LogWritten(1.5, "a", "said")).add_to(one, ("a",)) is one


def test_the_log_of_what_it_reached_belongs_to_a_check_that_is_not_fine() -> None:
    lines = (LogWritten(1.5, "b", "reached"), LogWritten(1.6, "x", "not reached"))
    one = belonging(*lines).add_to(check("one", Verdict.FAILED, 1.0), ("a",))
    assert [line.line for line in one.log] == ["reached"]


def test_a_check_has_the_fault_it_asked_for_and_reaches_what_it_broke() -> None:
    found = belonging(LogWritten(1.5, "y", "cut off"))
    broken = found.add_to(check("broken", Verdict.FAILED, 1.0), ("a",))
    assert broken.faults == (FAULT,)
    assert [line.line for line in broken.log] == ["cut off"]
    assert found.add_to(check("other", Verdict.FAILED, 1.0), ("a",)).faults == ()


def seen(ended: str, edge: str = "a -> b", at: float = 1.5) -> Exchange:
    return Exchange(edge, "http", "GET /", "", ended, at, 1.0)


@pytest.mark.parametrize(
    ("verdict", "exchange", "beside", "blamed"),
    [
        (Verdict.FAILED, seen("refused"), (), {"a -> b"}),
        (Verdict.FAILED, seen("failed"), (), {"a -> b"}),
        (Verdict.FAILED, seen("refused"), ("a",), {"a -> b"}),
        (Verdict.FAILED, seen("failed"), ("a",), set[str]()),
        (Verdict.FAILED, seen("answered"), (), set[str]()),
        (Verdict.PASSED, seen("refused"), (), set[str]()),
        (Verdict.FAILED, seen("refused", "x -> y"), (), set[str]()),
        (Verdict.FAILED, seen("refused", "x -> y", 2.5), (), {"x -> y"}),
    ],
)
def test_an_edge_is_failing_on_which_a_check_that_is_not_fine_met_trouble_that_no_fault_explains(
    verdict: Verdict, exchange: Exchange, beside: tuple[str, ...], blamed: set[str]
) -> None:
    one, other = check("one", verdict, 1.0, 2.0), check("other", verdict, 1.0, 2.0)
    found = belonging()
    found.share_out((exchange,), [(one, ("a", "x")), (other, beside)])
    found.add_to(one, ("a", "x"))
    assert found.failing_edges == blamed


@pytest.mark.parametrize(
    ("at", "is_blamed"), [(1.985, False), (1.995, True), (2.0, True), (2.5, True), (2.501, False), (1.5, False)]
)
def test_trouble_counts_from_just_before_the_step_that_failed_to_its_end(at: float, *, is_blamed: bool) -> None:
    step = StepOutcome("ask", "http", "a", Verdict.FAILED, 2.0, 500.0)
    attempt = AttemptRecord(1, 1, 1.0, 3000.0, Verdict.FAILED, steps=(step,))
    one = CheckRecord("one", "one", "api", Verdict.FAILED, attempts=(attempt,))
    found = belonging()
    found.share_out((seen("refused", at=at),), [(one, ("a",))])
    found.add_to(one, ("a",))
    assert found.failing_edges == ({"a -> b"} if is_blamed else set())
