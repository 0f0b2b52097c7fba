"""The first door: help, version, and how little they load."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from dovetail.cli.command import COMMANDS, EXIT_CODES
from dovetail.cli.main import main
from dovetail.model.outcome import ExitCode
from dovetail.model.version import VERSION

TOO_DEAR = {"argparse", "asyncio", "dataclasses", "inspect", "typing", "yaml", "importlib.metadata", "msgspec"}
LOADED = """\
import sys
from dovetail.cli.main import main
main([{word!r}])
print(*('module ' + name for name in sys.modules), sep=chr(10))
"""
OURS = {
    "dovetail",
    "dovetail.model",
    "dovetail.model.version",
    "dovetail.cli",
    "dovetail.cli.command",
    "dovetail.cli.main",
    "dovetail.cli.pipe",
}


def test_the_version_is_the_packages_own(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"dovetail {VERSION}\n"
    assert version("dovetail") == VERSION


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"], ["help"]])
def test_the_help_names_every_command_and_exit_code(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 0
    out = capsys.readouterr().out
    for name, _, sentence in COMMANDS:
        assert f"  {name} " in out
        assert sentence in out
    assert [code for code, _ in EXIT_CODES] == [int(code) for code in ExitCode]


def test_the_page_of_exit_codes_has_a_row_for_each() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/exit-codes.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| (\d+) \|", page, re.MULTILINE) == [str(code) for code, _ in EXIT_CODES]


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_load_an_allowed_list_of_modules(word: str) -> None:
    said = subprocess.run(
        [sys.executable, "-S", "-c", LOADED.format(word=word)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
    )
    modules = {line.removeprefix("module ") for line in said.stdout.splitlines() if line.startswith("module ")}
    assert not modules & TOO_DEAR
    assert {name for name in modules if name.split(".")[0] == "dovetail"} <= OURS


def test_an_unknown_command_names_the_nearest(type_: Any) -> None:
    said = type_("rnu")
    assert (said.code, said.out) == (4, "")
    assert "did you mean `dovetail run`?" in said.err
