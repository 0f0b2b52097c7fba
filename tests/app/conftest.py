"""A project folder for the app's own tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dovetail.app.preparation import Preparation, RunRequest, prepare_run
from dovetail.model.data import Data

SYSTEM = """\
system: tiny
services:
  app: {run: "python -m app {{ port }}", ready: GET /health, owner: team-a, uses: {db: {address: DB}}}
  db: {run: "python -m db {{ port }}"}
  idle: {run: "python -m idle {{ port }}"}
"""
CHECKS = """\
scope: api
on: app
checks:
  - name: it answers
    tags: [critical]
    steps:
      - http: GET /a
        expect: {status: 200}
  - name: it holds out
    fault: {on: app -> db, refuse: true}
    steps:
      - http: GET /b
        expect: {status: 200}
"""
Prepare = Callable[..., Preparation]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests/integration").mkdir(parents=True)
    (tmp_path / "dovetail.yaml").write_text(SYSTEM)
    (tmp_path / "tests/integration/a.yaml").write_text(CHECKS)
    return tmp_path


@pytest.fixture
def prepare(folder: Path) -> Prepare:
    def make(*words: str, environ: Mapping[str, str] | None = None, **flags: Data) -> Preparation:
        return prepare_run(RunRequest(folder, environ or {}, flags, words))

    return make
