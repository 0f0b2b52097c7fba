"""What a run says on GitHub Actions, and what becomes of a summary that cannot be written."""

from pathlib import Path
from typing import Any

import pytest

from dovetail.cli.github import append_summary, locate
from dovetail.report.record import read_run

RED = "scope: api\non: app\nchecks:\n  - {name: it is wrong, steps: [{http: GET /a, expect: {status: 418}}]}\n"


@pytest.fixture
def actions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project below a repository, on GitHub Actions."""
    (folder / "tests/integration/a.yaml").write_text(RED)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(folder.parent))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    return folder


def test_a_run_on_github_is_annotated_and_summed_up(type_: Any, actions: Path) -> None:
    (actions / "summary.md").write_text("before")
    said = type_("run")
    assert said.code == 1
    (line,) = [line for line in said.out.splitlines() if line.startswith("::error")]
    assert line.startswith(f"::error file={actions.name}/tests/integration/a.yaml,line=4,title=")
    assert "expected 418, got 200" in line
    summary = (actions / "summary.md").read_text()
    assert summary.startswith("before\n## ❌ tiny · local · failed\n")


def test_nothing_is_said_where_it_was_declined_or_elsewhere(
    type_: Any, actions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "::error" not in type_("run", "--annotations", "none").out
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert "::error" not in type_("run").out
    assert not (actions / "summary.md").exists()
    assert "::error" in type_("run", "--annotations", "github").out


def test_a_suite_that_is_written_wrong_is_annotated_at_its_line(type_: Any, actions: Path) -> None:
    (actions / "tests/integration/a.yaml").write_text(RED.replace("expect", "exepct"))
    said = type_("run")
    assert said.code == 4
    (line,) = [line for line in said.out.splitlines() if line.startswith("::")]
    assert line.startswith(f"::error file={actions.name}/tests/integration/a.yaml,line=4,title=")
    assert line.endswith("did you mean `expect`?")
    assert "::error" not in type_("run", "--annotations", "none").out


def test_a_summary_that_cannot_be_written_is_told_and_changes_no_verdict(
    type_: Any, actions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(actions))
    said = type_("run")
    assert said.code == 1
    assert f"cannot be written to {actions}: Is a directory" in said.err
    (actions / "tests/integration/a.yaml").write_text(RED.replace("418", "200"))
    assert type_("run").code == 0


def test_a_summary_is_written_only_where_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert append_summary(read_run([]), "") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_found_from_here_or_from_the_project_and_named_from_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "repo/shop"
    (project / "tests").mkdir(parents=True)
    for name in ("a.yaml", "test_b.py"):
        (project / "tests" / name).touch()
    monkeypatch.chdir(project / "tests")
    repo = tmp_path / "repo"
    assert locate("a.yaml", project, repo) == "shop/tests/a.yaml"
    assert locate("tests/test_b.py", project, repo) == "shop/tests/test_b.py"
    assert locate(str(project / "tests/a.yaml"), project, repo) == "shop/tests/a.yaml"
    assert locate("gone.yaml", project, repo) == "shop/gone.yaml"
    assert locate("a.yaml", project, tmp_path / "else") == str(project / "tests/a.yaml")
