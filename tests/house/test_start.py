"""What a start may load: a command that only tells something little more than Python, a plain run nothing rare."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

OURS = {
    "dovetail",
    "dovetail.cli",
    "dovetail.cli.command",
    "dovetail.cli.main",
    "dovetail.cli.pipe",
    "dovetail.model",
    "dovetail.model.version",
}
DEAR = {"asyncio", "dataclasses", "importlib.metadata", "inspect", "msgspec", "typing", "uvloop", "yaml", "argparse"}

TELL = "print(*sorted(sys.modules), sep=chr(10), file=sys.stderr)"
TELL_LOADED = f"import sys; from dovetail.cli.main import main; main([{{word!r}}]); {TELL}"
SYSTEM = "system: one\nservices: {{orders: {{technology: http}}}}\nenvironments: {{there: {{orders: {url}}}}}\n"
CHECK = "on: orders\nchecks:\n- name: it answers\n  http: GET /\n  expect: {status: 200, json: {ok: true}}\n"
RARE = {"csv", "difflib", "httptools", "random", "shutil", "tempfile", "zlib"}
MOST_ROOMS = 187


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_telling_loads_next_to_nothing(word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TELL_LOADED.format(word=word)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert {name for name in loaded if name.startswith("dovetail")} <= OURS
    assert not loaded & DEAR


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.wfile.write(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"ok": true}')

    def log_message(self, *_: object) -> None:
        """Say nothing in the midst of the tests' output."""


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_green_run_of_plain_checks_loads_only_what_it_needs(url: str, tmp_path: Path) -> None:
    (tmp_path / "tests/integration").mkdir(parents=True)
    (tmp_path / "dovetail.yaml").write_text(SYSTEM.format(url=url))
    (tmp_path / "tests/integration/orders.yaml").write_text(CHECK)
    command = f"import sys; from dovetail.cli.main import main; assert not main(['run', '-e', 'there']); {TELL}"
    done = subprocess.run([sys.executable, "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert loaded & RARE == set()
    assert len([name for name in loaded if name.startswith("dovetail")]) <= MOST_ROOMS
