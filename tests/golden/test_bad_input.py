"""What is wrong in a user's files, servers or disks is one sentence and an exit code, and leaves nothing behind."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

GREEN = """\
  - name: it answers
    steps:
      - http: GET /a
        expect: {status: 200}
"""


MOODY = """\
import socket
import sys
import time

door = socket.create_server(("127.0.0.1", int(sys.argv[1])))
held = []
while True:
    guest, _ = door.accept()
    if sys.argv[2] == "closes":
        guest.close()
    elif sys.argv[2] == "babbles":
        guest.recv(65536)
        guest.sendall(bytes(range(256)) * 64)
        guest.close()
    elif sys.argv[2] == "promises":
        guest.recv(65536)
        guest.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 100\\r\\n\\r\\nhalf")
        guest.close()
    held.append(guest)
"""


def system_with(rows: str) -> str:
    return f"system: tiny\nservices:\n{rows}"


APP = "  app: {run: python app.py, ready: GET /health}\n"


@pytest.mark.parametrize(
    ("system", "sentences"),
    [
        pytest.param(
            system_with("  app: {run: python app.py, redy: GET /health}\n"),
            ("dovetail.yaml:3:", "the service app has no key `redy`", "did you mean `ready`?"),
            id="an unknown key",
        ),
        pytest.param(
            system_with("  app: {run: python app.py, start_timeout: soon}\n"),
            ("dovetail.yaml:3:", "`start_timeout`", "soon"),
            id="a duration that is none",
        ),
        pytest.param(
            system_with("  app: [python, app.py]\n"),
            ("dovetail.yaml:3:", "the service app wants a map"),
            id="a list for a map",
        ),
        pytest.param(
            system_with("  app: {run: '${DT_COMMAND}'}\n"),
            ("dovetail.yaml:3:", "the variable `DT_COMMAND` is not set", "export DT_COMMAND="),
            id="a missing variable",
        ),
        pytest.param(
            system_with("  app: {run: python a.py, after: [b]}\n  b: {run: python b.py, uses: {app: {address: A}}}\n"),
            ("dovetail.yaml:", "services wait for each other: ", "app waits for b"),
            id="a circle",
        ),
        pytest.param(
            system_with(f"{APP}{APP}"),
            ("dovetail.yaml:4:", "`app` is there twice", "the first is on line 3"),
            id="a service twice",
        ),
        pytest.param(
            system_with("  app: {run: python app.py, uses: {payment: {address: P}}}\n  payments: {run: python p.py}\n"),
            ("dovetail.yaml:3:", "`payment`", "did you mean `payments`?"),
            id="an edge to nowhere",
        ),
        pytest.param("system: tiny\nservices:\n", ("dovetail.yaml:2:", "`services` is empty"), id="no services"),
        pytest.param("", ("dovetail.yaml:1", "this file is empty"), id="an empty file"),
        pytest.param("- a\n- b\n", ("dovetail.yaml:1", "this file holds a list"), id="a list for a file"),
        pytest.param("just words\n", ("dovetail.yaml:1", "a single value"), id="a word for a file"),
        pytest.param("system: [tiny\nservices: {}\n", ("dovetail.yaml:2",), id="a bracket left open"),
        pytest.param("system: tiny\n\tservices: {}\n", ("dovetail.yaml:2", "a tab cannot indent"), id="a tab"),
        pytest.param("system: !!python/object:os.system x\n", ("dovetail.yaml:1", "the tag"), id="a tag that acts"),
        pytest.param(
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"{y}: &{y} [{','.join([f'*{x}'] * 10)}]\n" for x, y in ("ab", "bc", "cd", "de", "ef", "fg")),
            ("dovetail.yaml:6", "repeating with * makes this file explode"),
            id="aliases that explode",
        ),
        pytest.param(f"system: {'[' * 200}{']' * 200}\n", ("nested deeper than 100",), id="nested too deep"),
    ],
)
def test_a_mistake_in_the_system_is_told_in_one_place(fenced: Any, system: str, sentences: tuple[str, ...]) -> None:
    fenced.write("dovetail.yaml", system)
    fenced.checks(GREEN)
    refuses(fenced, *sentences)


@pytest.mark.parametrize(
    ("checks", "sentences"),
    [
        pytest.param(
            "  - name: x\n    stepz:\n      - http: GET /a\n",
            ("a.yaml:5:", "a check has no key `stepz`", "did you mean `steps`?"),
            id="an unknown key of a check",
        ),
        pytest.param(
            "  - htpp: GET /a\n    name: x\n",
            ("a.yaml:4:", "`htpp`", "did you mean `http`?"),
            id="an unknown verb in a check's place",
        ),
        pytest.param(
            "  - name: x\n    steps:\n      - htp: GET /a\n",
            ("a.yaml:6:", "there is no verb `htp`", "did you mean `http`?"),
            id="an unknown verb",
        ),
        pytest.param(
            "  - name: x\n    steps:\n      - http: GET /a\n        expct: {status: 200}\n",
            ("a.yaml:7:", "`http` has no key `expct`", "did you mean `expect`?"),
            id="an unknown key of a step",
        ),
        pytest.param(
            "  - name: x\n    steps:\n      - http: GET /a\n        expect: {staus: 200}\n",
            ("a.yaml:7:", "has no `staus`", "did you mean `status`?"),
            id="an unknown facet",
        ),
        pytest.param(
            "  - name: x\n    retry: often\n    steps:\n      - http: GET /a\n        expect: {status: 200}\n",
            ("a.yaml:5:", "`retry`", "often"),
            id="a wrong type",
        ),
        pytest.param(GREEN + GREEN, ("a.yaml:8:", "two checks are called `it answers`"), id="two checks of one name"),
        pytest.param(
            GREEN.replace("/a", "/${DT_PATH}"),
            ("a.yaml:6:", "the variable `DT_PATH` is not set"),
            id="a missing variable",
        ),
        pytest.param(
            GREEN.replace("    steps", "    fault: {on: app -> nobody, reset: true}\n    steps"),
            ("a.yaml:5:", "`app -> nobody`"),
            id="a fault on an edge to nowhere",
        ),
        pytest.param(
            GREEN.replace("    steps", "    needs: [it answer]\n    steps"),
            ("a.yaml:", "it answer", "did you mean"),
            id="a need of nobody",
        ),
        pytest.param("  - just words\n", ("a.yaml:4:", "a check wants a map"), id="a word for a check"),
    ],
)
def test_a_mistake_in_the_checks_is_told_in_one_place(fenced: Any, checks: str, sentences: tuple[str, ...]) -> None:
    fenced.checks(checks)
    refuses(fenced, *sentences)


def test_a_misspelt_variable_is_noted(fenced: Any) -> None:
    fenced.checks(GREEN)
    said = fenced.type("run", DOVETAIL_TIMEUOT="1s", DOVETAIL_STAGE="of somebody else")
    assert said.code == 0
    assert said.out.count("note") == 1
    assert "the variable DOVETAIL_TIMEUOT says nothing: is DOVETAIL_TIMEOUT meant?" in said.out


@pytest.mark.parametrize(
    ("content", "sentences"),
    [
        pytest.param(
            b"checks:\n" + b"  - {name: x, steps: [{http: GET /a}]}\n" * 600_000,
            ("MB; at most 16 MB are read", "split it"),
            id="20 MB",
        ),
        pytest.param(b"checks:\n  - name: caf\xe9\n", ("not UTF-8", "line 2", "save it as UTF-8"), id="not UTF-8"),
        pytest.param(b"checks:\n  - name: a\x00b\n", ("a.yaml:2:12", "U+0000"), id="a zero byte"),
        pytest.param("checks:\n  - name: äöü \x1b[31mred\n".encode(), ("a.yaml:2:15", "U+001B"), id="an escape code"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(fenced: Any, content: bytes, sentences: tuple[str, ...]) -> None:
    fenced.checks("").write_bytes(content)
    refuses(fenced, "tests/integration/a.yaml", *sentences)


@pytest.mark.parametrize(
    ("mood", "sentence"),
    [
        ("is silent", "it has not answered for"),
        ("closes", "before any answer came"),
        ("babbles", "the answer is not HTTP"),
        ("promises", "after 4 of 100 bytes of the body"),
    ],
)
def test_a_server_that_never_answers_well_never_is_ready(fenced: Any, mood: str, sentence: str) -> None:
    moody(fenced, mood, "    ready: GET /health\n    start_timeout: 1s\n")
    said = fenced.type("run", COLUMNS="200")
    assert said.code == 6, said
    assert re.search(rf" because  app was not ready after 1 s: .*{sentence}", said.out)
    assert said.out.count("app was not ready") == 2, "told once, and at the end with the exit code"
    assert fenced.remains() == []


@pytest.mark.parametrize(
    ("mood", "sentence"),
    [
        ("is silent", "timeout: no answer within 1 s"),
        ("closes", "before any answer came"),
        ("babbles", "the answer is not HTTP"),
        ("promises", "after 4 of 100 bytes of the body"),
    ],
)
def test_a_check_of_a_server_that_never_answers_well_fails(fenced: Any, mood: str, sentence: str) -> None:
    moody(fenced, mood, "")
    said = fenced.type("run", "--timeout", "1s")
    assert said.code == 1, said
    assert sentence in said.out
    assert fenced.remains() == []


def test_a_full_disk_under_the_journal_ends_the_run(fenced: Any) -> None:
    fenced.checks("".join(GREEN.replace("it answers", f"it answers {n}") for n in range(200)))
    with mounted(fenced.folder / ".dovetail", "size=64k"):
        said = fenced.type("run")
        assert (said.code, said.err) == (6, "")
        assert "the journal cannot be written: No space left on device" in said.out
        assert "make room on that disk" in said.out
        assert len(re.findall("not started: the journal", said.out)) == 1
        assert "Traceback" not in said.out
        assert {path.name for path in (fenced.folder / ".dovetail").iterdir()} == {".gitignore", "runs"}
        assert (fenced.folder / "reports/latest.html").exists()
    assert fenced.remains() == []


def test_a_full_disk_under_the_stage_is_named(fenced: Any) -> None:
    fenced.checks(GREEN)
    ground = Path(fenced.variables["TMPDIR"])
    with mounted(ground, "nr_inodes=3"):
        said = fenced.type("run")
        assert said.code == 6
        assert f"{ground}/" in said.out
        assert "cannot be made: No space left on device" in said.out
        assert fenced.remains() == []


@pytest.mark.parametrize("options", ["ro", "size=8k"])
def test_reports_on_a_disk_that_takes_none_are_not_green(fenced: Any, options: str) -> None:
    fenced.checks(GREEN)
    with mounted(fenced.folder / "reports", options):
        said = fenced.type("run")
        assert said.code == 6
        assert said.err.startswith(f"the reports cannot be written to {fenced.folder}/reports: ")
        assert "the journal is kept, so dovetail report writes them later" in said.err
        assert list((fenced.folder / "reports").iterdir()) == []
    assert fenced.type("report", "--report-format", "json").code == 0
    assert fenced.remains() == []


def test_a_file_where_the_runs_belong_is_named(fenced: Any) -> None:
    fenced.checks(GREEN)
    fenced.write(".dovetail", "not a folder")
    said = fenced.type("run")
    assert (said.code, said.out) == (6, "")
    assert "cannot be made: Not a directory" in said.err
    assert fenced.remains() == []


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """Put a small disk in the place of `folder`; skips where that is not allowed."""
    folder.mkdir(exist_ok=True)
    mount = ("mount", "-t", "tmpfs", "-o", f"mode=755,{options}", "tmpfs", str(folder))
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True)


def moody(project: Any, mood: str, rows: str) -> None:
    """Make a project whose one service listens and then behaves as `mood` says."""
    project.write("moody.py", MOODY)
    project.write(
        "dovetail.yaml", system_with(f"  app:\n    run: {sys.executable} moody.py {{{{ port }}}} '{mood}'\n{rows}")
    )
    project.checks(GREEN)


def refuses(project: Any, *sentences: str) -> None:
    """Run, and hold the refusal to its form: exit 4, told once, nothing started, nothing left."""
    said = project.type("run")
    assert (said.code, said.out) == (4, ""), said
    for sentence in sentences:
        assert sentence in said.err
    assert len(re.findall(r"^\S+\.yaml", said.err, re.MULTILINE)) <= 1, said.err
    assert "Traceback" not in said.err
    assert "\x1b" not in said.err
    assert not (project.folder / ".dovetail").exists()
    assert project.remains() == []
