"""Earlier runs are read again."""

from pathlib import Path

import pytest

from dovetail.app.history import History
from dovetail.app.past import ReportOrder, read_last_logs, report_again
from dovetail.errors import UsageError
from dovetail.journal.writer import Journal
from dovetail.model.event import LogWritten, MappedService, RunEnded, RunStarted
from dovetail.model.outcome import Verdict


@pytest.fixture
def played(folder: Path) -> Path:
    journal = Journal(History(str(folder)).begin("20261120-aa11", 9).journal)
    journal.write(
        RunStarted(1.0, "r", "tiny", "local", "5eed", "0", 1, services=(MappedService("app", "http", "code"),))
    )
    journal.write(LogWritten(2.0, "app", "listening"))
    journal.write(LogWritten(2.0, "db", "ready"))
    journal.write(RunEnded(3.0, Verdict.PASSED, 0, 2.0))
    journal.close()
    return folder


def test_reports_come_from_a_run_or_from_a_journal_alone(played: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(played)
    for run in ("", "aa11", str(played / ".dovetail/runs/20261120-aa11/journal.jsonl")):
        paths = report_again(ReportOrder(played, run, f"reports{len(run)}", ("json",)))
        assert [path.name for path in paths] == ["integration-test-20261120-aa11.json"]
    with pytest.raises(UsageError):
        report_again(ReportOrder(played, "zz", "reports", ("json",)))
    with pytest.raises(UsageError, match="there is no run 'xx"):
        report_again(ReportOrder(played, "x" * 5000, "reports", ("json",)))


def test_a_journal_that_lies_here_gives_reports_the_name_of_its_folder(
    played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(played / ".dovetail/runs/20261120-aa11")
    (path,) = report_again(ReportOrder(played, "journal.jsonl", "reports", ("json",)))
    assert path.name == "integration-test-20261120-aa11.json"


def test_the_last_runs_logs_are_read_by_service(played: Path) -> None:
    assert [event.line for event in read_last_logs(played, ())] == ["listening", "ready"]
    assert [event.line for event in read_last_logs(played, ("app",))] == ["listening"]
    with pytest.raises(UsageError, match="did you mean `app`"):
        list(read_last_logs(played, ("ap",)))
