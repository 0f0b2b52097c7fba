"""What the doctor sees."""

from pathlib import Path

from dovetail.app.doctor import Health, examine
from dovetail.app.parts import build_registry
from dovetail.app.project import open_project


def test_every_service_of_a_project_is_looked_at(folder: Path) -> None:
    project = open_project(folder, {})
    findings = {finding.subject: finding for finding in examine(project.registry, project)}
    assert {"dovetail", "open files", "disk", "project", "app", "db", "idle"} <= findings.keys()
    assert findings["app"].health is Health.FINE


def test_a_program_that_is_not_there_is_missing_with_its_remedy(folder: Path) -> None:
    (folder / "dovetail.yaml").write_text("system: s\nservices: {a: {run: 'no-such-program {{ port }}'}}\n")
    project = open_project(folder, {})
    found = next(finding for finding in examine(project.registry, project) if finding.subject == "a")
    assert found.health is Health.MISSING
    assert found.now


def test_without_a_project_every_technology_is_looked_at() -> None:
    registry = build_registry()
    subjects = {finding.subject for finding in examine(registry, None)}
    assert {"project", "postgres", "kafka", "Python checks, library"} <= subjects
