"""What a service writes is shown on GitHub's runner and not obeyed by it."""

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dovetail.cli.quoting import quoting

STOP = re.compile(r"^::stop-commands::(\S+)$")
OBEYED = re.compile(r"^\s*::\w|##\[\w")
ON_GITHUB = {"GITHUB_ACTIONS": "true"}


def obeyed(lines: Iterable[str]) -> list[str]:
    """Return the lines that the runner takes for commands, by its own rules for stopping and resuming."""
    found, word = [], ""
    for line in lines:
        stop = STOP.match(line)
        if word:
            word = "" if line == f"::{word}::" else word
        elif stop:
            word = stop[1]
        elif OBEYED.search(line):
            found.append(line)
    return [*found, f"never resumed after {word}"] if word else found


def show(environ: dict[str, str], *lines: str) -> list[str]:
    stream = io.StringIO()
    with quoting(environ, stream):
        stream.write("".join(f"{line}\n" for line in lines))
    stream.write("::notice::ours\n")
    return stream.getvalue().splitlines()


def test_only_what_we_say_ourselves_is_obeyed_on_github() -> None:
    shown = show(ON_GITHUB, "a ##[add-mask]e", "::error::theirs", "::resume::")
    assert obeyed(shown) == ["::notice::ours"]
    assert shown[1:4] == ["a ##[add-mask]e", "::error::theirs", "::resume::"]


def test_nobody_can_know_the_word_that_resumes() -> None:
    assert show(ON_GITHUB)[0] != show(ON_GITHUB)[0]


def test_commands_are_obeyed_again_after_a_run_that_broke() -> None:
    stream = io.StringIO()
    with pytest.raises(ValueError, match="broken"), quoting(ON_GITHUB, stream):
        raise ValueError("broken")
    assert obeyed(stream.getvalue().splitlines()) == []


def test_elsewhere_nothing_is_added() -> None:
    assert show({}, "##[error]theirs") == ["##[error]theirs", "::notice::ours"]


def test_a_run_that_quotes_a_command_has_only_its_own_annotations(
    type_: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "{name: 'it says ##[error]x', scope: api, on: app, steps: [{http: GET /a, expect: {status: 418}}]}"
    (folder / "tests/integration/a.yaml").write_text(f"checks:\n  - {wrong}\n")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    lines = type_("run").out.splitlines()
    assert any("##[error]x" in line for line in lines)
    assert [line.partition(" ")[0] for line in obeyed(lines)] == ["::error"]
