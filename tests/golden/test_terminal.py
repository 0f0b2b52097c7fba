"""What a run looks like where it is shown: forty columns, a real terminal, none at all, a pipe that closes."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata
from typing import Any

import pytest

COLUMNS = 40
ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[@-_]")
CHECKS = """\
  - name: a check whose name says much more than a narrow terminal can show in one of its lines
    steps:
      - http: GET /status/500?with=a-query-that-goes-on-and-on-and-on-for-ever
        expect: {status: 200, json: {said: something that is as long as what it is held against, 漢字漢字漢字: yes}}
  - name: it answers
    tags: [slow]
    steps:
      - http: GET /wait/0.5
        expect: {status: 200}
  - name: it wavers
    retry: 1
    steps:
      - http: GET /after/1/x
        expect: {status: 200}
"""


def show(project: Any, *words: str, **variables: str) -> tuple[int, str]:
    """Type a command in a terminal of so many columns; returns its exit code and every byte that was shown."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, COLUMNS, 0, 0))
    environ = project.environ({"TERM": "xterm-256color", **variables})
    environ.pop("COLUMNS")
    process = subprocess.Popen(
        (*project.command, *words),
        cwd=project.folder,
        env=environ,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    project.running.append(process)
    os.close(theirs)
    shown = bytearray()
    while piece := read(ours):
        shown += piece
    os.close(ours)
    return process.wait(timeout=60), shown.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def too_wide(shown: str) -> list[str]:
    rows = [ESCAPE.sub("", row).replace("\r", "") for row in shown.split("\n")]
    return [row for row in rows if sum(map(cells, row)) > COLUMNS]


def cells(letter: str) -> int:
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def test_no_line_of_a_run_is_wider_than_the_terminal(fenced: Any) -> None:
    fenced.checks(CHECKS)
    code, shown = show(fenced, "run", "--verbose", "--report-format", "html,json,junit")
    assert code == 1
    assert "▸" in shown
    assert too_wide(shown) == []
    assert fenced.remains() == []


MISTAKEN = "system: tiny\nservices:\n  app: {run: 'python app.py {{ port }} --with=a-long-option', redy: GET /health}\n"
ENDS = "system: tiny\nservices:\n  app: {run: sh -c 'echo a last line that is longer than forty columns are; exit 3'}\n"


@pytest.mark.parametrize(
    ("system", "words", "code"),
    [
        pytest.param(MISTAKEN, ("run",), 4, id="a mistake in the file"),
        pytest.param(ENDS, ("run",), 6, id="a service that ends"),
        pytest.param("", ("run", "no-such-scope-or-file-of-checks-anywhere"), 4, id="a wrong word"),
        pytest.param("", ("run", "-k", "nothing that any check is called"), 5, id="nothing selected"),
        pytest.param("", ("run", "--dry-run"), 0, id="a plan"),
        pytest.param("", ("run", "--report-dir", "tests/integration/a.yaml"), 1, id="reports in the way"),
        pytest.param("", ("ps",), 0, id="nothing runs"),
        pytest.param("", ("logs", "app"), 4, id="no logs"),
        pytest.param("", ("map",), 0, id="a map"),
    ],
)
def test_no_line_of_a_refusal_is_wider_than_the_terminal(
    fenced: Any, system: str, words: tuple[str, ...], code: int
) -> None:
    fenced.checks(CHECKS)
    if system:
        fenced.write("dovetail.yaml", system)
    ended, shown = show(fenced, *words)
    assert (ended, too_wide(shown)) == (code, []), shown
    assert fenced.remains() == []


def test_no_line_about_a_kept_environment_is_wider_than_the_terminal(fenced: Any) -> None:
    fenced.checks(CHECKS)
    for words in (("up",), ("ps",), ("run",), ("logs",), ("kill", "app"), ("down",)):
        _, shown = show(fenced, *words)
        assert shown
        assert too_wide(shown) == [], words


def test_without_a_terminal_there_is_not_one_escape_code(fenced: Any) -> None:
    fenced.checks(CHECKS)
    said = fenced.type("run", "--verbose")
    assert said.code == 1
    assert "\x1b" not in said.out + said.err
    assert "\r" not in said.out + said.err


@pytest.mark.parametrize(
    ("words", "variables"),
    [((), {"NO_COLOR": "1"}), (("--no-color",), {})],
)
def test_colours_can_be_refused(fenced: Any, words: tuple[str, ...], variables: dict[str, str]) -> None:
    fenced.checks(CHECKS)
    _, shown = show(fenced, "run", *words, **variables)
    assert "▸" in shown
    assert set(ESCAPE.findall(shown)) <= {"\x1b[J", *(f"\x1b[{rows}A" for rows in range(1, 24))}


def test_a_dumb_terminal_is_never_repainted(fenced: Any) -> None:
    fenced.checks(CHECKS)
    _, shown = show(fenced, "run", TERM="dumb")
    assert "\x1b" not in shown
    assert too_wide(shown) == []


def test_a_reader_that_goes_ends_neither_the_run_nor_its_cleanup(fenced: Any) -> None:
    fenced.checks(CHECKS)
    with subprocess.Popen(
        (*fenced.command, "run", "--report-format", "json"),
        cwd=fenced.folder,
        env=fenced.environ({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"tiny")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1
    assert (fenced.folder / "reports/latest.json").exists()
    assert fenced.remains() == []


@pytest.mark.parametrize(("word", "code"), [("run", 4), ("--help", 0)])
def test_a_closed_pipe_is_met_in_silence_and_changes_no_exit_code(fenced: Any, word: str, code: int) -> None:
    fenced.write("dovetail.yaml", MISTAKEN)
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        (*fenced.command, word),
        cwd=fenced.folder,
        env=fenced.environ({}),
        stdout=writing,
        stderr=writing if code else subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr or b"") == (code, b"")
