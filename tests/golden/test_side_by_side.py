"""Four runs at once from two copies of one project, with real data servers: all green, nothing shared, nothing left."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

SERVICE = Path(__file__).with_name("service.py")
SYSTEM = f"""\
system: twins
services:
  app:
    run: {sys.executable} {SERVICE} {{{{ port }}}}
    ready: GET /health
    uses:
      cache: {{address: CACHE_URL}}
      db: {{address: DATABASE_URL}}
  cache: {{technology: redis}}
  db: {{technology: postgres, setup: [letters.sql]}}
"""
CHECKS = """\
  - name: the cache is ours alone
    on: cache
    steps:
      - redis.incr: visits
        expect: {value: 1}
      - http: GET /wait/1
        on: app
        expect: {status: 200}
      - redis.get: visits
        expect: {value: "1"}
  - name: the database is ours alone
    on: db
    isolation: reset
    steps:
      - sql: insert into letters (text) values ('a')
      - http: GET /wait/1
        on: app
        expect: {status: 200}
      - sql: select count(*) from letters
        expect: {value: 1}
  - name: the service is ours alone
    steps:
      - http: POST /made
        expect: {status: 200}
      - http: GET /wait/1
        expect: {status: 200}
      - http: GET /count
        expect: {json: {made: 1}}
"""


def test_four_runs_of_two_copies_share_nothing(fenced: Any) -> None:
    fenced.write("dovetail.yaml", SYSTEM)
    fenced.write("letters.sql", "create table letters (text text);")
    fenced.checks(CHECKS)
    copy = fenced.folder.with_name(f"{fenced.folder.name}-copy")
    shutil.copytree(fenced.folder, copy)
    processes = [start(fenced, folder) for folder in (fenced.folder, copy) for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), out
    journals = [
        read(path) for folder in (fenced.folder, copy) for path in folder.glob(".dovetail/runs/*/journal.jsonl")
    ]
    assert len(journals) == len(processes)
    doors = [door for journal in journals for door in doors_of(journal)]
    assert len(doors) == 3 * len(processes)
    assert len(set(doors)) == len(doors)
    assert max(at_of(journal, "check-started") for journal in journals) < min(at_of(j, "torn-down") for j in journals)
    assert fenced.remains() == []


def start(project: Any, folder: Path) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        (*project.command, "run", "--report-format", "json"),
        cwd=folder,
        env=project.environ({}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    project.running.append(process)
    return process


def read(path: Path) -> list[tuple[str, dict[str, Any]]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row[0], row[1]) for row in rows if isinstance(row, list)]


def doors_of(journal: list[tuple[str, dict[str, Any]]]) -> set[str]:
    changes = [event for name, event in journal if name == "service-changed" and event["state"] == "ready"]
    return {event["address"].rpartition("@")[2] for event in changes}


def at_of(journal: list[tuple[str, dict[str, Any]]], wanted: str) -> float:
    return next(float(event["at"]) for name, event in journal if name == wanted)
