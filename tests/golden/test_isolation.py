"""Checks in parallel never see each other: real servers, colliding checks, several seeds."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

LEDGER = Path(__file__).with_name("ledger.py")
SYSTEM = f"""\
system: notes
services:
  app:
    run: {sys.executable} {LEDGER} {{{{ port }}}}
    ready: GET /health
    uses:
      db: {{address: DATABASE_URL}}
      cache: {{address: REDIS_URL}}
  db: {{technology: postgres, setup: [notes.sql]}}
  cache: {{technology: redis}}
"""
SETUP = "create table notes (id text primary key, text text not null); insert into notes values ('first', 'as set up');"
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
ALL = (ROLLED_BACK, CLONED, UNIQUE, READS, RESETS, SLICED)


def many(*kinds: str) -> str:
    return "".join(kind.format(n=n) for n in range(MANY) for kind in kinds)


@pytest.fixture
def notes(project: Any) -> Any:
    project.write("dovetail.yaml", SYSTEM)
    project.write("notes.sql", SETUP)
    return project


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
    assert len(report(notes)["checks"]) == MANY * len(ALL)
