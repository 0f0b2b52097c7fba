"""A run of more checks than stay in memory says and writes what a small one would."""

import json
from typing import Any

from dovetail.model.shelf import NEAR

CHECKS = f"""\
  - {{name: it is up, http: GET /health, expect: {{status: 200}}, repeat: {NEAR}}}
  - {{name: it counts, http: GET /health, expect: {{status: 200}}, each: [{{n: 1}}, {{n: 2}}]}}
  - {{name: it is down, http: GET /health, expect: {{status: 503}}}}
  - {{name: nobody asks, needs: it is down, http: GET /health, expect: {{status: 200}}}}
  - {{name: not yet, http: GET /health, expect: {{status: 200}}, skip: later}}
"""


def test_every_check_of_it_is_played_and_told(project: Any) -> None:
    project.checks(CHECKS)
    said = project.type("run", "--report-format", "json,junit,html", "--direct")
    assert said.code == 1
    assert f"{NEAR + 2} passed · 1 failed · 0 flaky · 0 inconclusive · 2 skipped" in said.out
    assert "tests/integration/a.yaml:6" in said.out
    report = json.loads((project.folder / "reports/latest.json").read_text())
    assert [check["name"] for check in report["checks"][NEAR:]] == [
        "it counts [1]",
        "it counts [2]",
        "it is down",
        "nobody asks",
        "not yet",
    ]
    assert [check["verdict"] for check in report["checks"][NEAR:]] == [
        "passed",
        "passed",
        "failed",
        "skipped",
        "skipped",
    ]
    written = (project.folder / "reports/latest.xml").read_text()
    assert f'<testsuite name="api" tests="{NEAR + 5}" failures="1" errors="0" skipped="2"' in written
    assert written.count("<testcase ") == NEAR + 5


def test_what_failed_far_behind_is_run_again_and_its_report_made_again_from_the_journal(project: Any) -> None:
    project.checks(CHECKS)
    project.type("run", "--report-format", "json", "--direct")
    first = json.loads((project.folder / "reports/latest.json").read_text())
    project.type("report", "--report-format", "json")
    again = json.loads((project.folder / "reports/latest.json").read_text())
    assert again["checks"] == first["checks"]
    said = project.type("run", "--failed", "--direct")
    assert "0 passed · 1 failed" in said.out
