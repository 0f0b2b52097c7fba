"""Claims about setup scripts."""

import asyncio
from pathlib import Path

import pytest

from dovetail.errors import StageError, SuiteError
from dovetail.plugin.script import run_script


def run(item: str, project: Path) -> None:
    asyncio.run(run_script(item, project, {"DATABASE_URL": "postgresql://x"}))


@pytest.mark.parametrize(
    ("name", "text", "mode"),
    [
        ("seed.py", "import os, sys; open(sys.argv[1], 'w').write(os.environ['DATABASE_URL'])", 0o644),
        ("seed.sh", 'printf %s "$DATABASE_URL" > "$1"', 0o644),
        ("seed", '#!/bin/sh\nprintf %s "$DATABASE_URL" > "$1"', 0o755),
    ],
)
def test_a_script_gets_its_arguments_and_the_address(tmp_path: Path, name: str, text: str, mode: int) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / name).chmod(mode)
    run(f"{name} out", tmp_path)
    assert (tmp_path / "out").read_text() == "postgresql://x"


def test_a_failing_script_is_told_with_its_last_lines(tmp_path: Path) -> None:
    (tmp_path / "seed.sh").write_text("echo no such table >&2; exit 3")
    with pytest.raises(StageError, match=r"(?s)`seed.sh` ended with 3.*no such table"):
        run("seed.sh", tmp_path)


def test_a_file_that_cannot_be_run_names_the_cure(tmp_path: Path) -> None:
    (tmp_path / "seed").write_text("x")
    with pytest.raises(StageError, match="chmod"):
        run("seed", tmp_path)


def test_a_missing_script_is_told(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="is not there"):
        run("nowhere-to-be-found", tmp_path)


@pytest.mark.parametrize(
    ("item", "told"), [("seed.sh 'x", "`seed.sh 'x` cannot be read: No closing"), (" ", "is empty")]
)
def test_a_command_that_has_no_words_is_a_mistake_of_the_suite(tmp_path: Path, item: str, told: str) -> None:
    with pytest.raises(SuiteError, match=told):
        run(item, tmp_path)
