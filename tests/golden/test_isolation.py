"""Checks in parallel never see each other: real servers, colliding checks, several seeds."""

import json
import re
import sys
from typing import Any

import pytest

from dovetail.journal.reader import read_journal
from dovetail.model.event import Event, FaultInjected, ServiceChanged

MANY = 4

ROLLED_BACK = """\
  - name: inserts the same key {n}
    on: db
    steps:
      - sql: insert into notes values ('same', '{n}'), ('other', '{n}')
      - sql: select count(*) as n, max(text) filter (where id = 'same') as same from notes
        expect: {{rows: [{{n: 3, same: "{n}"}}]}}
"""
CLONED = """\
  - name: writes to both servers {n}
    steps:
      - sql: insert into notes values ('same', '{n}')
        on: db
      - redis: SET same {n}
        on: cache
      - sql: select count(*) as n from notes
        on: db
        expect: {{rows: [{{n: 2}}]}}
      - redis: DBSIZE
        on: cache
        expect: {{value: 1}}
      - redis: GET same
        on: cache
        expect: {{value: "{n}"}}
"""
UNIQUE = """\
  - name: adds a note of its own {n}
    steps:
      - http: POST /notes
        json: {{id: "{{{{ unique.id }}}}", text: "{n}"}}
        expect: {{status: 201}}
      - http: GET /notes/{{{{ unique.id }}}}
        expect: {{json: {{text: "{n}"}}}}
"""
BREAKS = """\
  - name: adds a note of its own over a slow edge {n}
    fault: {{on: app -> cache, latency: 20ms}}
    steps:
      - http: POST /notes
        json: {{id: "{{{{ unique.id }}}}", text: "{n}"}}
        expect: {{status: 201}}
  - name: reads over a slow edge {n}
    fault: {{on: app -> cache, latency: 20ms}}
    steps:
      - http: GET /notes/first
        expect: {{json: {{text: as set up}}}}
"""
READS = """\
  - name: counts what was set up {n}
    steps:
      - http: GET /notes
        expect: {{json: {{count: 1, made: 0}}}}
      - sql: select count(*) as n from notes
        on: db
        expect: {{rows: [{{n: 1}}]}}
"""
RESETS = """\
  - name: adds the same note {n}
    steps:
      - http: POST /notes
        json: {{id: same, text: "{n}"}}
        expect: {{status: 201}}
      - http: GET /notes/same
        expect: {{json: {{text: "{n}"}}}}
      - http: GET /notes
        expect: {{json: {{count: 2, made: 1}}}}
"""
SLICED = """\
  - name: has all to itself {n}
    isolation: slice
    steps:
      - http: POST /notes
        json: {{id: same, text: "{n}"}}
        expect: {{status: 201}}
      - http: GET /notes/same
        expect: {{json: {{text: "{n}"}}}}
      - http: GET /notes
        expect: {{json: {{count: 2, made: 1}}}}
      - called: {{on: app -> cache, times: {{at_least: 1, at_most: 9}}}}
"""
ALL = (ROLLED_BACK, CLONED, UNIQUE, BREAKS, READS, RESETS, SLICED)


def many(*kinds: str) -> str:
    return "".join(kind.format(n=n) for n in range(MANY) for kind in kinds)


def report(project: Any) -> Any:
    return json.loads((project.folder / "reports/latest.json").read_text())


def told(project: Any) -> str:
    return "\n".join(
        f"{check['name']}: {check['verdict']} {check.get('why', '')} {json.dumps(check['steps'])}"
        for check in report(project)["checks"]
        if check["verdict"] != "passed"
    )


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_colliding_checks_never_see_each_other(notes: Any, seed: str) -> None:
    notes.checks(many(*ALL))
    said = notes.type("run", "--parallel", "4", "--seed", seed, "--report-format", "json")
    assert said.code == 0, told(notes)
    assert len(report(notes)["checks"]) == MANY * (len(ALL) + 1)


def test_the_same_checks_see_each_other_where_nothing_keeps_them_apart(notes: Any) -> None:
    """Prove that the claim above can fail."""
    shared = RESETS.replace("    steps:\n", "    isolation: shared\n    steps:\n")
    notes.checks(many(shared))
    assert notes.type("run", "--parallel", "4", "--seed", "1", "--retry", "0").code == 1


def test_a_dry_run_tells_the_choice_and_the_reason_for_each_check(notes: Any) -> None:
    notes.checks("".join(kind.format(n=0) for kind in ALL))
    said = notes.type("run", "--dry-run", "--seed", "1").out
    for line in (
        "rollback: writes to one transactional data service alone",
        "clone: writes to data services alone",
        "unique: writes through a service with data of its own",
        "shared: only reads",
        "reset: writes through a service with fixed data",
        "slice: as the check says",
    ):
        assert line in said
    assert (
        said.index("adds the same note") < said.index("counts what was set up") < said.index("adds a note of its own")
    )


def events(project: Any, kind: type[Event]) -> list[Any]:
    (journal,) = project.folder.glob(".dovetail/runs/*/journal.jsonl")
    return [event for event in read_journal(journal) if isinstance(event, kind)]


def slices_started(project: Any) -> set[str]:
    return {event.service for event in events(project, ServiceChanged) if event.service.startswith("app@")}


BROKEN = """\
  - name: its own edge is broken
    isolation: slice
    steps:
      - http: GET /notes
        fault: {on: app -> db, reset: true}
        expect: {status: 503}
      - http: GET /notes
        expect: {status: 200}
        within: 5s
      - called: {on: db, times: {at_least: 1}}
"""
UNHARMED = """\
  - name: knows nothing of it {n}
    steps:
      - http: GET /notes
        expect: {{status: 200}}
      - http: GET /mode
        expect: {{json: {{mode: calm}}}}
"""
STEERED = """\
  - name: its own service restarts
    isolation: slice
    steps:
      - http: POST /mode/alone
        expect: {status: 200}
      - restart: app
        expect: {state: ready}
      - http: GET /mode
        expect: {json: {mode: calm}}
  - name: another one after it
    isolation: slice
    needs: [its own service restarts]
    steps:
      - http: GET /mode
        expect: {json: {mode: calm}}
"""


def test_what_a_slice_breaks_and_restarts_is_its_own(notes: Any) -> None:
    notes.checks(BROKEN + STEERED + "".join(UNHARMED.format(n=n) for n in range(12)))
    said = notes.type("run", "--parallel", "4", "--seed", "2", "--report-format", "json")
    assert said.code == 0, told(notes)
    (fault,) = events(notes, FaultInjected)
    assert re.fullmatch(r"app@(\w+) -> db@\1", fault.edge)
    restarted = {event.service for event in events(notes, ServiceChanged) if event.detail == "restarting"}
    assert len(restarted) == 1
    assert restarted < slices_started(notes)


def test_a_process_that_serves_several_checks_remembers(notes: Any) -> None:
    """Data is set back between two checks in a slice; what the process keeps in memory is not."""
    first = "  - {name: first, isolation: slice, steps: [{http: POST /mode/alone, expect: {status: 200}}]}\n"
    second = (
        "  - {name: second, isolation: slice, needs: [first], "
        "steps: [FRESH{http: GET /mode, expect: {json: {mode: calm}}}]}\n"
    )
    notes.checks(first + second.replace("FRESH", ""))
    assert notes.type("run", "--seed", "2").code == 1
    notes.checks(first + second.replace("FRESH", "{restart: app}, "))
    assert notes.type("run", "--seed", "2").code == 0


def test_no_two_checks_wait_for_each_other_because_one_breaks_its_own_edge(notes: Any) -> None:
    notes.checks(BROKEN + "".join(UNHARMED.format(n=n) for n in range(2)))
    assert "alone on" not in notes.type("run", "--dry-run", "--seed", "2").out


def test_a_slice_serves_one_check_after_the_other(notes: Any) -> None:
    notes.checks("".join(SLICED.format(n=n) for n in range(6)))
    said = notes.type("run", "--parallel", "2", "--seed", "2", "--report-format", "json")
    assert said.code == 0, told(notes)
    assert 1 <= len(slices_started(notes)) <= 2


def test_what_crossed_the_edges_of_a_slice_belongs_to_the_check_that_was_played_there(notes: Any) -> None:
    plain = "".join(UNHARMED.format(n=n) for n in range(4))
    notes.checks("".join(SLICED.format(n=n) for n in range(6)) + plain)
    notes.type("run", "--parallel", "4", "--seed", "2", "--report-format", "json")
    played = [check for check in report(notes)["checks"] if check["isolation"] == "slice"]
    assert {f"app@{check['slice']}" for check in played} == slices_started(notes)
    for check in played:
        assert len(check["exchanges"]) > 0
        assert {exchange["by"] for exchange in check["exchanges"]} <= {"alone", "trace"}
        for exchange in check["exchanges"]:
            assert re.fullmatch(rf"app@{check['slice']} -> (db|cache)@{check['slice']}", exchange["edge"])
    assert {check["slice"] for check in report(notes)["checks"] if check["isolation"] != "slice"} == {""}


def test_a_slice_whose_process_was_steered_serves_nobody_else(notes: Any) -> None:
    notes.checks(STEERED)
    assert notes.type("run", "--parallel", "1", "--seed", "2").code == 0
    assert len(slices_started(notes)) == 2


KEPT = """\
  - name: remembers {n}
    isolation: reset
    steps:
      - http: GET /notes/first
        expect: {{json: {{text: as set up}}}}
      - http: GET /notes/same
        expect: {{status: 404}}
      - http: POST /notes
        json: {{id: same, text: "{n}"}}
        expect: {{status: 201}}
      - sql: update notes set text = 'changed by {n}' where id = 'first'
        on: db
      - redis: SET note:same stale
        on: cache
      - http: GET /notes/same
        expect: {{json: {{text: stale}}}}
"""


def test_setting_back_reaches_a_service_through_the_connections_it_keeps(notes: Any) -> None:
    notes.checks("".join(KEPT.format(n=n) for n in range(6)))
    said = notes.type("run", "--parallel", "4", "--seed", "2", "--report-format", "json")
    assert said.code == 0, told(notes)
    changes = events(notes, ServiceChanged)
    assert [(e.service, e.state) for e in changes].count(("app", "starting")) == 1


@pytest.mark.parametrize(
    ("isolation", "on", "step", "what", "now"),
    [
        ("rollback", "cache", "redis: SET a b", "cache (redis) has no transactions", "use clone"),
        ("rollback", "app", "http: POST /notes", "nothing can undo what app commits", "use unique, reset or slice"),
        (
            "clone",
            "app",
            "http: POST /notes",
            "app does not see a copy made for this check alone",
            "use reset, or slice",
        ),
        ("slice", "db", "sql: select 1", "a slice has its own instances of your code", "use clone"),
        ("slice", "app", "restart: db", "a slice has its own data in db, not its own server", "leave `isolation:` out"),
    ],
)
def test_what_an_isolation_cannot_do_is_told_before_anything_starts(
    notes: Any, isolation: str, on: str, step: str, what: str, now: str
) -> None:
    health = "" if on != "app" else "      - http: GET /health\n        expect: {status: 200}\n"
    notes.checks(f"  - name: wrong\n    on: {on}\n    isolation: {isolation}\n    steps:\n      - {step}\n{health}")
    said = notes.type("run")
    assert said.code == 4
    assert f"isolation: {isolation}: {what}" in said.err
    assert now in said.err
    assert "tests/integration/a.yaml:4" in said.err
    assert not (notes.folder / ".dovetail").exists()


PYTHON = """
import pytest
from dovetail import Environment


def count(notes: Environment) -> int:
    return notes.sql("db").query("select count(*) as n from notes").rows[0]["n"]


@pytest.mark.parametrize("n", range(3))
@pytest.mark.isolation("rollback")
def test_rolled_back(notes: Environment, n: int) -> None:
    before = count(notes)
    notes.sql("db").query("insert into notes values ('same', 'x')").expect(count=1)
    notes.sql("db").query("insert into notes values ('other', 'x')").expect(count=1)
    assert count(notes) == before + 2


@pytest.mark.parametrize("n", range(3))
@pytest.mark.isolation("clone")
def test_cloned(notes: Environment, n: int) -> None:
    notes.sql("db").query("insert into notes values ('same', 'x')").expect(count=1)
    notes.redis("cache").command("SET same x").expect(value="OK")
    assert (count(notes), notes.redis("cache").command("DBSIZE").value) == (2, 1)


@pytest.mark.parametrize("n", range(3))
def test_unique(notes: Environment, n: int) -> None:
    for turn in "abc":
        note = {"id": notes.unique.id + turn, "text": "own"}
        notes.http("app").post("/notes", json=note).expect(status=201)
        notes.http("app").get(f"/notes/{note['id']}").expect(json={"text": "own"})
    assert notes.redis("cache").get("made").value is not None
    for turn in "abc":
        notes.http("app").get(f"/notes/{notes.unique.id}{turn}").expect(json={"text": "own"})


@pytest.mark.parametrize("n", range(3))
@pytest.mark.isolation("reset")
def test_set_back(notes: Environment, n: int) -> None:
    notes.http("app").post("/notes", json={"id": "same", "text": "x"}).expect(status=201)
    notes.http("app").get("/notes").expect(json={"count": 2, "made": 1})


@pytest.mark.parametrize("n", range(3))
@pytest.mark.isolation("slice", "app")
def test_sliced(notes: Environment, n: int) -> None:
    notes.http("app").post("/notes", json={"id": "same", "text": "x"}).expect(status=201)
    edge = notes.edge("app -> db")
    notes.http("app").get("/notes").expect(json={"count": 2, "made": 1})
    assert edge.calls >= 1
    with edge.fault(reset=True):
        notes.http("app").get("/notes").expect(status=503)
    notes.http("app").get("/notes").expect(status=200, within="5s")
    notes.http("app").get("/notes").expect(json={"count": 2})
"""


def test_python_checks_are_kept_apart_as_their_markers_say(notes: Any) -> None:
    notes.checks(many(*ALL))
    notes.write("tests/integration/test_notes.py", PYTHON)
    said = notes.type("run", "--parallel", "4", "--seed", "4", "--report-format", "json")
    assert said.code == 0, told(notes)
    found = {check["isolation"] for check in report(notes)["checks"] if check["id"].startswith("test_notes/")}
    assert found == {"rollback", "clone", "unique", "reset", "slice"}
    assert [bool(one["slice"]) == (one["isolation"] == "slice") for one in report(notes)["checks"]].count(False) == 0


def test_workers_of_one_pytest_never_see_each_other(notes: Any) -> None:
    notes.checks(many(UNIQUE, RESETS, CLONED, SLICED))
    notes.write("tests/integration/test_notes.py", PYTHON)
    notes.command = (sys.executable, "-m")
    said = notes.type("pytest", "-n", "4", "-q", "-p", "no:cacheprovider", "tests")
    assert said.code == 0, said.out
    assert f"{4 * MANY + 15} passed" in said.out
