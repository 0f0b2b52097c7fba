"""What grows while events come: the log window and the edges' figures."""

from dovetail.model.data import NOWHERE
from dovetail.model.event import LogWritten
from dovetail.model.exchange import Exchange
from dovetail.model.outcome import Verdict
from dovetail.report.draft import WINDOW_LINES, EdgeDraft, LogBook
from dovetail.report.fact import AttemptRecord, CheckRecord

CHECK = CheckRecord(
    "c", "c", "api", Verdict.FAILED, NOWHERE, attempts=(AttemptRecord(1, 0, 100.0, 1000.0, Verdict.FAILED),)
)


def test_the_window_is_cut_to_the_time_of_the_attempt_and_sorted() -> None:
    book = LogBook(100)
    for at, line in ((99.0, "before"), (100.9, "late"), (100.1, "early"), (102.0, "after")):
        book.add(LogWritten(at, "orders", line))
    book.add(LogWritten(100.5, "stranger", "not reached"))
    assert [event.line for event in book.window(CHECK, frozenset({"orders"}))] == ["early", "late"]


def test_a_chatty_service_leaves_only_its_last_lines() -> None:
    book = LogBook(10_000)
    for number in range(5000):
        book.add(LogWritten(100 + number / 5000, "orders", str(number)))
    window = book.window(CHECK, frozenset({"orders"}))
    assert len(window) == WINDOW_LINES
    assert window[-1].line == "4999"


def test_an_edge_tells_calls_bad_ends_and_percentiles() -> None:
    draft = EdgeDraft.of("orders -> payments", "http")
    for number in range(100):
        ended = "refused" if number == 3 else "faulted" if number == 4 else "answered"
        draft.hear(Exchange("orders -> payments", "http", "", "", ended, 0.0, float(number)))
    edge = draft.finish(is_failing=False)
    assert (edge.source, edge.target, edge.calls, edge.failed, edge.faulted) == ("orders", "payments", 100, 1, 1)
    assert (edge.p50_ms, edge.p99_ms, edge.max_ms) == (50.0, 99.0, 99.0)
