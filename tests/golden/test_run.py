"""Whole runs: the command in, output and exit code out."""

import json
from collections.abc import Callable
from typing import Any

GREEN = """\
  - name: it answers
    tags: [critical]
    steps:
      - http: GET /a
        expect: {status: 200, json: {path: /a}}
"""
RED = """\
  - name: it is wrong
    steps:
      - http: GET /status/500
        expect: {status: 200}
"""
FOLLOWS = """\
  - name: what it made is taken away where it says it lies
    steps:
      - http: POST /orders
        json: {self: "{{ app.address }}/orders/7"}
        save: {lies: json.path, url: json.body.self}
      - http: DELETE {{ lies }}
        expect: {status: 200, json: {method: DELETE, path: /orders}}
      - http: GET {{ url }}
        expect: {status: 200, json: {method: GET, path: /orders/7}}
      - http: "{{ url }}"
        expect: {status: 200, json: {method: GET, path: /orders/7}}
"""


def test_a_green_run_ends_with_0_and_leaves_nothing(project: Any, unstyled: Callable[[str], str]) -> None:
    project.checks(GREEN)
    said = project.type("run", "--seed", "7f3a", "--report-format", "html,json,junit")
    assert (said.code, said.err) == (0, "")
    lines = unstyled(said.out).splitlines()
    assert lines[0].startswith("tiny · local · 1 check · ")
    assert "passed  1 passed · 0 failed · 0 flaky · 0 inconclusive · 0 skipped  N s" in lines
    assert (project.folder / ".dovetail/.gitignore").read_text() == "*\n"
    assert sorted(path.name for path in (project.folder / "reports").glob("latest.*")) == [
        "latest.html",
        "latest.json",
        "latest.xml",
    ]
    assert project.services_left() == []


def test_a_failed_check_is_shown_under_the_users_line(project: Any) -> None:
    project.checks(GREEN + RED)
    said = project.type("run", "--report-format", "json")
    assert said.code == 1
    assert "tests/integration/a.yaml:" in said.out
    assert "expected 200, got 500" in said.out
    report = json.loads((project.folder / "reports/latest.json").read_text())
    assert (report["verdict"], report["exit_code"]) == ("failed", 1)
    assert {check["name"]: check["verdict"] for check in report["checks"]} == {
        "it answers": "passed",
        "it is wrong": "failed",
    }


def test_a_saved_path_or_url_of_the_service_can_be_asked(project: Any) -> None:
    project.checks(FOLLOWS)
    assert project.type("run").code == 0


def test_failed_runs_only_what_failed(project: Any) -> None:
    project.checks(GREEN + RED)
    assert project.type("run").code == 1
    assert "1 check ·" in project.type("run", "--failed", "--dry-run").out
    project.checks(GREEN + RED.replace("500", "200"))
    assert project.type("run", "--failed").code == 0
    again = project.type("run", "--failed")
    assert again.code == 5
    assert "nothing failed in the last run" in again.err


def test_a_dry_run_starts_nothing_and_tells_the_plan(project: Any) -> None:
    project.checks(GREEN)
    said = project.type("run", "--dry-run", "--seed", "1")
    assert said.code == 0
    assert "shared: only reads" in said.out
    assert not (project.folder / ".dovetail").exists()


def test_fail_fast_starts_nothing_after_the_first_failure(project: Any) -> None:
    project.checks(RED + "".join(GREEN.replace("it answers", f"it answers {n}") for n in range(30)))
    said = project.type("run", "--fail-fast", "--parallel", "1", "--seed", "2")
    assert said.code == 1
    assert "--fail-fast after 'it is wrong' failed" in project.journal()


def test_a_report_can_be_made_again_from_the_journal(project: Any) -> None:
    project.checks(GREEN)
    project.type("run", "--report-format", "json")
    first = (project.folder / "reports/latest.json").read_text()
    (project.folder / "reports/latest.json").unlink()
    said = project.type("report", "--report-format", "json,junit")
    assert said.code == 0
    assert (project.folder / "reports/latest.json").read_text() == first


def test_options_come_from_flag_variable_file_and_default_in_this_order(project: Any) -> None:
    project.write(
        "dovetail.yaml", (project.folder / "dovetail.yaml").read_text() + "defaults: {retry: 3, timeout: 9s}\n"
    )
    said = project.type("config", "--format", "json", "--timeout", "5s", DOVETAIL_RETRY="1", DOVETAIL_TIMEOUT="7s")
    values = json.loads(said.out)
    assert values["timeout"] == {"value": 5.0, "origin": "flag --timeout", "variable": "DOVETAIL_TIMEOUT"}
    assert values["retry"]["origin"] == "variable DOVETAIL_RETRY"
    assert values["parallel"]["origin"] == "default"
    assert (
        json.loads(project.type("config", "--format", "json").out)["retry"]["origin"] == "dovetail.yaml, defaults.retry"
    )


def test_narrow_terminals_and_quiet_runs_are_fine(project: Any) -> None:
    project.checks(GREEN)
    assert max(len(line) for line in project.type("run", COLUMNS="40").out.splitlines()) <= 40
    assert project.type("run", "--quiet").out == "passed\n"


def test_external_services_are_not_reached_by_accident(project: Any) -> None:
    project.checks(GREEN)
    assert "changes nothing" in project.type("run", "--mock-external").out
    external = (project.folder / "dovetail.yaml").read_text() + "  stripe: {external: https://stripe.example}\n"
    project.write("dovetail.yaml", external)
    said = project.type("run", "--mock-external")
    assert (said.code, "no stand-in for stripe" in said.err) == (4, True)


def test_a_read_only_environment_refuses_what_writes(project: Any) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write(
        "dovetail.yaml", f"{system}environments:\n  production: {{read_only: true, app: http://127.0.0.1:9}}\n"
    )
    project.checks(GREEN.replace("GET /a", "POST /a"))
    said = project.type("run", "--environment", "production")
    assert said.code == 9
    assert "environment production is read-only and this check writes to app" in said.out
