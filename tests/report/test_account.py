"""A cause that checks share is told first, in full and once; at each check one line points to it."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.account import MOST_SHARED, Account
from dovetail.report.case import Evidence
from dovetail.report.fact import CheckRecord
from dovetail.report.finding import Finding, find_causes
from dovetail.report.record import read_run
from dovetail.report.section import Sections
from dovetail.report.terminal import Style, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE = Style(90, has_color=False)
TITLE = "payments exited with code 1"


def finding(*checks: str, likely: "Sequence[str]" = (), kind: str = "service-down") -> Finding:
    return Finding(
        kind,
        TITLE,
        Verdict.FAILED,
        checks,
        tuple(likely),
        when="420 ms earlier",
        evidence=(Evidence("payments", "  no such file"),),
        next=("dovetail logs payments", "dovetail run --failed"),
    )


def check(name: str) -> CheckRecord:
    return CheckRecord(name, name, "api", Verdict.FAILED)


def test_a_shared_cause_comes_first_with_its_share_its_log_and_the_next_command() -> None:
    assert list(Account([finding("a", "b", "c")], 9, STYLE).tell_shared()) == [
        "",
        "cause " + "─" * 70 + " 3 of 9 checks",
        "  ✗ payments exited with code 1",
        "      420 ms earlier · 3 checks share this cause",
        "        payments │   no such file",
        "      next     dovetail logs payments · dovetail run --failed",
    ]


def test_each_check_then_only_points_to_it() -> None:
    account = Account([finding("a", "b", likely=["b"])], 2, STYLE)
    list(account.tell_shared())
    assert list(account.tell_at(check("a"))) == [f"      because  {TITLE} (told above)"]
    assert list(account.tell_at(check("b"))) == [f"      likely   {TITLE} (told above)"]


def test_a_cause_of_one_check_is_told_there() -> None:
    account = Account([finding("a", likely=["a"])], 1, STYLE)
    assert list(account.tell_shared()) == []
    assert next(account.tell_at(check("a"))) == f"      likely   {TITLE}, 420 ms earlier"
    assert next(account.tell_at(check("a"))).endswith("(told above)")
    assert list(account.tell_at(check("nobody's"))) == []


def test_of_very_many_causes_the_rest_is_told_at_their_checks() -> None:
    findings = [finding(f"a{number}", f"b{number}") for number in range(MOST_SHARED + 3)]
    account = Account(findings, 99, STYLE)
    assert sum(row.startswith("  ✗") for row in account.tell_shared()) == MOST_SHARED
    assert "(2 checks share this cause)" in next(account.tell_at(check(f"a{MOST_SHARED}")))


def test_what_belongs_to_no_check_comes_last() -> None:
    account = Account([finding()], 0, STYLE)
    assert list(account.tell_shared()) == []
    assert list(account.tell_rest())[1] == f"  ✗ {TITLE}"


@pytest.mark.parametrize("width", [30, 36, 44, 60])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    account = Account([finding("a", "b"), finding()], 2, Style(width, has_color=False))
    told = [*account.tell_shared(), *account.tell_at(check("a")), *account.tell_rest()]
    assert max(width_of(row) for row in told) <= width
    assert "told above" in "".join(told)


def test_in_a_whole_run_the_log_of_a_shared_cause_stands_once(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    told = "\n".join(Sections(record, find_causes(record), STYLE, is_verbose=False).rows())
    assert told.count("password authentication failed") == 1
    assert told.count("payments exited with code 1 (told above)") == 3
    assert told.index("password authentication failed") < told.index("api ─")


def test_a_cause_of_one_check_is_told_there_with_its_evidence_and_the_next_command() -> None:
    account = Account([finding("a")], 9, STYLE)
    assert list(account.tell_at(check("a"))) == [
        "      because  payments exited with code 1, 420 ms earlier",
        "        payments │   no such file",
        "      next     dovetail logs payments · dovetail run --failed",
    ]


def test_what_a_wait_showed_already_is_no_evidence_again() -> None:
    account = Account([finding("a", kind="event-not-received")], 9, STYLE)
    assert not any("no such file" in row for row in account.tell_at(check("a")))
