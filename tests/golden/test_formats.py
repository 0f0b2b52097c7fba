"""Every report of one run says the same, and CI is told what the reports say."""

import json
from pathlib import Path
from typing import Any

from lxml import etree

CHECKS = """\
  - name: it answers
    steps:
      - http: GET /a
        expect: {status: 200}
  - name: it is wrong
    steps:
      - http: GET /status/500
        expect: {status: 200}
  - name: it wavers
    steps:
      - http: GET /after/1/once
        expect: {status: 200}
  - name: it asks nothing
    steps:
      - http: GET /a
  - name: it is left out
    skip: not today
    steps:
      - http: GET /a
        expect: {status: 200}
"""
FORMATS = "html,json,junit,markdown,ctrf,allure"
ENDINGS = ("html", "json", "xml", "md", "ctrf.json", "allure")


def statuses_of_ctrf(reports: Path) -> dict[str, str]:
    document = json.loads((reports / "latest.ctrf.json").read_text())
    return {test["name"]: test["status"] for test in document["results"]["tests"]}


def statuses_of_allure(reports: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    results = [json.loads(path.read_text()) for path in (reports / "latest.allure").glob("*-result.json")]
    for result in sorted(results, key=lambda one: one["start"]):
        found.setdefault(result["name"], []).append(result["status"])
    return found


def test_six_formats_of_one_run_agree_and_can_be_drawn_again(project: Any) -> None:
    project.checks(CHECKS)
    said = project.type("run", "--retry", "1", "--seed", "1", "--report-format", FORMATS)
    assert (said.code, said.err) == (1, "")
    assert "reports  reports/latest.html  .json  .xml  .md  .ctrf.json  .allure" in said.out
    reports = project.folder / "reports"
    assert statuses_of_ctrf(reports) == {
        "it answers": "passed",
        "it is wrong": "failed",
        "it wavers": "passed",
        "it asks nothing": "other",
        "it is left out": "skipped",
    }
    assert statuses_of_allure(reports) == {
        "it answers": ["passed"],
        "it is wrong": ["failed", "failed"],
        "it wavers": ["failed", "passed"],
        "it asks nothing": ["broken"],
        "it is left out": ["skipped"],
    }
    junit = etree.parse(reports / "latest.xml").getroot()
    assert (junit.get("tests"), junit.get("failures"), junit.get("errors")) == ("5", "1", "1")
    assert "| **all** | 1 | 1 | 1 | 1 | 1 |" in (reports / "latest.md").read_text()
    assert project.type("report", "--report-format", FORMATS, "--report-dir", "again").code == 0
    for ending in ENDINGS:
        assert read_all(project.folder / f"again/latest.{ending}") == read_all(reports / f"latest.{ending}")


def read_all(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


def test_on_github_each_cause_is_annotated_once_and_the_summary_appended(project: Any) -> None:
    project.checks(CHECKS)
    summary = project.write("summary.md", "")
    said = project.type(
        "run",
        "--quiet",
        "--retry",
        "1",
        GITHUB_ACTIONS="true",
        GITHUB_WORKSPACE=str(project.folder),
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert (said.code, said.err) == (1, "")
    told = [line.partition(",title=")[0] for line in said.out.splitlines() if line.startswith(("::error", "::warning"))]
    assert told == [
        "::error file=tests/integration/a.yaml,line=11",
        "::warning file=tests/integration/a.yaml,line=16",
        "::warning file=tests/integration/a.yaml,line=15",
    ]
    assert summary.read_text().startswith("## ❌ tiny · local · failed\n")
