"""`dovetail report` writes reports again."""

from pathlib import Path
from typing import Any


def test_reports_are_made_again_from_a_run_or_a_journal(type_: Any, folder: Path) -> None:
    assert type_("report").code == 4
    assert type_("run").code == 0
    said = type_("report", "--report-format", "json,markdown", "--report-dir", "again")
    assert said.code == 0
    assert len(said.out.splitlines()) == 2
    assert (folder / "again/latest.json").exists()
    journal = next(folder.glob(".dovetail/runs/*/journal.jsonl"))
    assert type_("report", str(journal), "--report-dir", "third").code == 0
    assert (folder / "third/latest.html").exists()
    assert type_("report", "no-such-run").code == 4
