"""The one list of technologies."""

from dovetail.app.parts import TECHNOLOGIES, build_registry, build_vocabulary


def test_every_listed_technology_has_its_words_and_the_stage_its_own() -> None:
    registry = build_registry()
    words = build_vocabulary(registry)
    names = {technology.name for technology in words.technologies}
    assert {package.rpartition(".")[2] for package in TECHNOLOGIES} <= names
    assert "stage" in names
    assert {fault.name for fault in words.faults} >= {"latency", "refuse", "reset"}
