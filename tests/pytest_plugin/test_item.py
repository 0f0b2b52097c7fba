from typing import Any

Project = Any


def test_a_check_is_reported_under_its_name_and_line(project: Project) -> None:
    ended = project.pytest("tests", "-vv")
    assert "letters.yaml::a letter reaches the postbox PASSED" in ended.output


def test_a_skipped_check_keeps_its_reason(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text(checks.read_text().replace("    steps:", "    skip: the postbox is painted\n    steps:", 1))
    ended = project.pytest("tests", "-rs")
    assert "1 passed, 1 skipped" in ended.output
    assert "the postbox is painted" in ended.output


def test_a_flaky_check_is_not_green(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text(
        """
on: sorter
checks:
  - name: it works the second time
    retry: 1
    steps:
      - http: POST /letters
        fault: {on: sorter -> postbox, http: {status: 503, first: 1}}
        if: "{{ check.attempt | string | replace('2', '') }}"
        json: {}
        expect: {status: 202}
      - http: GET /health
        expect: {status: 200}
"""
    )
    ended = project.pytest("tests")
    assert ended.code == 1
    assert "flaky" in ended.output


def test_a_check_that_expects_nothing_is_not_green(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text("on: sorter\nchecks:\n  - {name: it asks, steps: [{http: GET /health}]}\n")
    ended = project.pytest("tests")
    assert ended.code == 1
    assert "no expectation was evaluated" in ended.output


def test_a_needed_check_is_played_first(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text(
        """
on: sorter
checks:
  - {name: second, needs: [first], steps: [{http: GET /health, expect: {status: 200}}]}
  - {name: first, steps: [{http: GET /health, expect: {status: 500}}]}
"""
    )
    ended = project.pytest("tests", "-k", "second", "-rs")
    assert "1 skipped" in ended.output
    assert "needs" in ended.output
