"""What is printed without running anything."""

from pathlib import Path

import pytest

from dovetail.app.picture import describe_language, draw_project
from dovetail.app.project import open_project


@pytest.mark.parametrize("form", ["text", "mermaid", "json"])
def test_the_map_is_drawn_in_every_form(folder: Path, form: str) -> None:
    assert "app" in draw_project(open_project(folder, {}), form, 80)


@pytest.mark.parametrize(("kind", "word"), [("system", "services"), ("checks", "http")])
def test_the_schema_knows_the_languages_words(kind: str, word: str) -> None:
    assert word in str(describe_language(kind))
