"""Files that dovetail.yaml names: what is not there is told under its line before anything starts."""

from pathlib import Path
from typing import Any

import pytest

from dovetail.app.description import tell_plan
from dovetail.app.preparation import RunRequest, prepare_run
from dovetail.errors import SuiteError

THERE = ("schema/1.sql", "notes/readme.md", "keys.redis", "fill.py", "plain.txt", "code/serve", "code/tools/make")
CHECKS = "scope: api\non: app\nchecks:\n- name: it answers\n  http: GET /\n  expect: {status: 200}\n"


def lay_out(folder: Path, *services: str) -> Path:
    """Lay out a project with a check of an app that uses the service `it`."""
    for name in THERE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    written = "".join(f"  {one}\n" for one in (*services, "app: {run: serve, uses: [it]}"))
    (folder / "dovetail.yaml").write_text(f"system: tiny\nservices:\n{written}")
    (folder / "tests/integration").mkdir(parents=True, exist_ok=True)
    (folder / "tests/integration/a.yaml").write_text(CHECKS)
    return folder


def prepare(folder: Path, **flags: Any) -> Any:
    return prepare_run(RunRequest(folder, {}, flags))


@pytest.mark.parametrize(
    "service",
    [
        "it: {technology: postgres, setup: [schema, schema/1.sql, fill.py with words, sh -c true], cleanup: fill.py}",
        "it: {technology: redis, setup: [keys.redis, fill.py]}",
        "it: {run: ./serve, folder: code, build: tools/make all, setup: tools/make, ready: {command: ./serve -x}}",
        "it: {run: serve and what it is told, setup: [migrate up]}",
        "it: {run: './serve && ./other'}",
        "it: {run: '{{ port }}/serve'}",
        "it: {run: python -u fill.py other.py}",
        "it: {run: python fill.py, folder: ., ready: {command: sh -c none.sh}}",
        "it: {run: python -m tool none.py}",
        "it: {run: python -W ignore none.py}",
        "it: {run: python serve --write none.py}",
        "it: {run: bash -lc none.sh}",
        "it: {run: serve none.py}",
        "it: {run: bin/serve, build: make, setup: bin/fill, ready: {command: bin/probe}}",
        "it: {run: bin/serve, after: [made], contract: https://contracts.example/it}",
    ],
)
def test_what_is_there_or_may_yet_be_made_or_found_is_no_mistake(tmp_path: Path, service: str) -> None:
    assert prepare(lay_out(tmp_path, service, "made: {run: make, job: true}")).notes == ()


@pytest.mark.parametrize(
    ("service", "token", "what", "now"),
    [
        ("it: {technology: postgres, setup: [schema, shcema]}", "shcema", "not there", "did you mean `schema`?"),
        (
            "it: {technology: postgres, setup: schema/2.sql}",
            "schema/2.sql",
            "not there",
            "did you mean `schema/1.sql`?",
        ),
        ("it: {technology: postgres, setup: none.sql}", "none.sql", "none.sql is not there", "looked for /"),
        ("it: {technology: postgres, setup: notes}", "notes", "the folder notes holds no .sql file", "looked in /"),
        ("it: {technology: postgres, setup: nobody -x}", "nobody -x", "nor is it a command", "along the PATH too"),
        ("it: {technology: postgres, setup: plain.txt}", "plain.txt", "cannot be run", "chmod +x plain.txt"),
        ("it: {technology: postgres, setup: 'x \"y'}", "'x \"y'", "cannot be split", "close the quotes"),
        ("it: {technology: postgres, cleanup: [fill.py, fil.py]}", "fil.py", "not there", "did you mean `fill.py`?"),
        ("it: {technology: redis, setup: key.redis}", "key.redis", "not there", "did you mean `keys.redis`?"),
        ("it: {technology: redis, setup: ['']}", "''", "this names nothing", "leave it out"),
        ("it: {technology: kafka, setup: [fill.py]}", "fill.py", "kafka applies neither", "`job: true`"),
        ("it: {run: serve, folder: cod}", "cod", "there is no folder cod", "did you mean `code`?"),
        ("it: {run: serve, folder: plain.txt}", "plain.txt", "there is no folder plain.txt", "looked for /"),
        ("it: {run: ./srve x, folder: code}", "./srve x", "./srve is not there", "did you mean `serve`?"),
        ("it: {run: serve, folder: code, setup: tools/mak}", "tools/mak", "not there", "did you mean `tools/make`?"),
        ("it: {run: serve, ready: {command: ./probe}}", "./probe", "./probe is not there", "looked for /"),
        ("it: {run: python fil.py --x}", "python fil.py --x", "fil.py is not there", "did you mean `fill.py`?"),
        ("it: {run: python3.13 -u src/app.py}", "python3.13 -u src/app.py", "src/app.py is not there", "looked for /"),
        ("it: {run: serve, folder: code, ready: {command: node p.mjs}}", "node p.mjs", "p.mjs is not there", "code/p"),
    ],
)
def test_what_is_not_there_is_told_under_its_own_word(
    tmp_path: Path, service: str, token: str, what: str, now: str
) -> None:
    with pytest.raises(SuiteError) as raised:
        prepare(lay_out(tmp_path, service))
    (problem,) = raised.value.problems
    assert (what in problem.what, now in problem.now) == (True, True), problem
    assert (problem.line, problem.text[problem.column - 1 :][: problem.width]) == (3, token)


def test_all_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    folder = lay_out(
        tmp_path, "it: {run: serve, uses: [db]}", "db: {technology: postgres, setup: [a.sql, b.sql], cleanup: c.sql}"
    )
    with pytest.raises(SuiteError) as raised:
        prepare(folder)
    assert [problem.what[0] for problem in raised.value.problems] == ["a", "b", "c"]


def test_a_service_that_is_not_started_may_name_what_is_not_there(tmp_path: Path) -> None:
    missing = "db: {technology: postgres, setup: none.sql}"
    assert prepare(lay_out(tmp_path, "it: {run: serve}", missing)).services == {"app", "it"}
    folder = lay_out(tmp_path, "it: {run: serve, uses: [db]}", missing)
    system = folder / "dovetail.yaml"
    system.write_text(f"{system.read_text()}environments: {{staging: {{db: postgresql://db.example/x}}}}\n")
    assert prepare(folder, environment="staging").services == {"app", "it", "db"}
    with pytest.raises(SuiteError, match=r"none\.sql"):
        prepare(folder)


def test_a_contract_that_is_not_there_is_said_and_stops_nothing(tmp_path: Path) -> None:
    folder = lay_out(
        tmp_path,
        "it: {run: serve, contract: notes/readme.dm, uses: {db: {contract: notes/nothing}}}",
        "db: {technology: redis, contract: notes/readme.md}",
    )
    prepared = prepare(folder)
    assert [note.partition(": looked")[0] for note in prepared.notes] == [
        "the contract of it, notes/readme.dm, is not there: did you mean `notes/readme.md`?",
        "the contract of it -> db, notes/nothing, is not there",
    ]
    assert f"  note    {prepared.notes[0]}" in list(tell_plan(prepared))
