"""The scopes that stand behind `run`: each was named because something was expected of it."""

from typing import Any

CHECKS = """\
  - name: it answers
    tags: [critical]
    steps:
      - http: GET /a
        expect: {status: 200}
  - name: it answers from the cache
    scope: cache
    steps:
      - http: GET /b
        expect: {status: 200}
"""
PYTHON = """\
import pytest

@pytest.mark.scope("auth")
def test_it_answers(tiny):
    tiny.http("app").get("/c").expect(status=200)
"""


def test_a_scope_that_no_check_has_ends_the_command_before_anything_starts(project: Any) -> None:
    project.checks(CHECKS)
    for words in (("run", "api", "database"), ("run", "database", "cache", "--dry-run")):
        said = project.type(*words)
        assert (said.code, said.out) == (5, "")
        assert "no check has the scope database" in said.err
        assert "the checks have the scopes: api, cache" in said.err
    assert not (project.folder / ".dovetail").exists()


def test_a_place_that_holds_no_checks_ends_the_command_too(project: Any) -> None:
    project.checks(CHECKS)
    project.write("tests/integration/fragments/log-in.yaml", "steps: [{http: GET /a}]\n")
    said = project.type("run", "tests/integration/fragments", "tests/integration/a.yaml", "--dry-run")
    assert (said.code, said.out) == (5, "")
    assert said.err.startswith("there are no checks in tests/integration/fragments\n")
    assert project.type("run", "tests/integration", "tests/integration/a.yaml", "--dry-run").code == 0


def test_a_filter_may_leave_nothing_of_a_scope_that_has_checks(project: Any) -> None:
    project.checks(CHECKS)
    said = project.type("run", "api", "cache", "--tags", "critical")
    assert (said.code, "1 passed" in said.out) == (0, True)


def test_whether_python_checks_have_a_scope_is_told_once_they_are_collected(project: Any) -> None:
    project.checks(CHECKS)
    project.write("tests/integration/test_c.py", PYTHON)
    assert project.type("run", "api", "auth").code == 0
    said = project.type("run", "api", "auth", "database", "--report-format", "json,junit")
    assert (said.code, "2 passed" in said.out) == (5, True)
    assert "no check has the scope database" in said.out
    assert "no check has the scope database" in (project.folder / "reports/latest.xml").read_text()
