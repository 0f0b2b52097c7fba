"""A small project of our own HTTP service, and the command called in this process."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dovetail.cli.main import main

SERVICE = """\
import http.server, json, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        text = json.dumps({"status": "ok"}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
print("app is listening", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""
SYSTEM = f"system: tiny\nservices:\n  app: {{run: '{sys.executable} app.py {{{{ port }}}}', ready: GET /health}}\n"
CHECKS = "scope: api\non: app\nchecks:\n  - {name: it answers, steps: [{http: GET /a, expect: {status: 200}}]}\n"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str


Type = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "tests/integration").mkdir(parents=True)
    (tmp_path / "app.py").write_text(SERVICE)
    (tmp_path / "dovetail.yaml").write_text(SYSTEM)
    (tmp_path / "tests/integration/a.yaml").write_text(CHECKS)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("DOVETAIL_", "GITHUB_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


@pytest.fixture
def type_(folder: Path, capsys: pytest.CaptureFixture[str]) -> Type:
    assert Path.cwd() == folder

    def type_words(*words: str) -> Said:
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return type_words


@pytest.fixture
def running(type_: Type) -> Iterator[Type]:
    """The same with the environment up, and down again afterwards."""
    assert type_("up").code == 0
    yield type_
    type_("down")
