"""A read-only environment that has no address for a service: the other checks are judged, and the run is not green."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

LACK = "the environment production is read-only and has no address for cache"
NOW = "write `cache: <address>` below `environments: production:` in dovetail.yaml:5"
CHECKS = """\
  - name: it answers
    steps:
      - http: GET /a
        expect: {status: 200}
  - name: it is kept
    steps:
      - http: GET /a
        expect: {status: 200}
      - redis.get: a
        on: cache
        expect: {value: b}
  - name: it is kept for long
    on: cache
    steps:
      - redis.ttl: a
        expect: {ttl: null}
  - name: it comes after
    needs: [it is kept]
    steps:
      - http: GET /b
        expect: {status: 200}
  - name: it writes
    on: cache
    steps:
      - redis.set: a
        value: b
        expect: {stored: true}
"""
PYTHON = """\
def test_the_page_answers(tiny):
    tiny.http("app").get("/c").expect(status=200)


def test_the_cache_answers(tiny):
    tiny.redis("cache").get("a").expect(value=None)
"""


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200 if self.path != "/bad" else 500)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing in the midst of the tests' output."""


@pytest.fixture
def production(project: Any) -> Iterator[Any]:
    """Yield a project whose one page runs elsewhere, and whose cache and job run nowhere."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        project.write(
            "dovetail.yaml",
            "system: tiny\n"
            "services:\n  app: {run: none, uses: {cache: CACHE}}\n  cache: {technology: redis}\n"
            f"environments: {{production: {{read_only: true, app: '{address}'}}}}\n",
        )
        project.checks(CHECKS)
        yield project
        server.shutdown()
        thread.join()


def ends(project: Any) -> dict[str, tuple[str, str]]:
    report = json.loads((project.folder / "reports/latest.json").read_text())
    return {check["name"]: (check["verdict"], check["why"]) for check in report["checks"]}


def test_only_what_needs_the_service_is_not_played_and_each_says_why(production: Any) -> None:
    said = production.type("run", "--environment", "production", "--report-format", "json")
    assert said.code == 9
    assert said.out.count(LACK) == 1
    told = ends(production)
    assert told["it answers"] == ("passed", "")
    assert told["it is kept"] == told["it is kept for long"] == ("inconclusive", f"{LACK}: {NOW}")
    assert told["it comes after"] == ("skipped", "needs 'it is kept', which was inconclusive")
    assert told["it writes"][0] == "skipped"
    assert "writes to cache" in told["it writes"][1]


def test_what_is_judged_there_may_fail(production: Any) -> None:
    production.checks(CHECKS.replace("GET /a", "GET /bad", 1))
    said = production.type("run", "--environment", "production")
    assert (said.code, "1 failed" in said.out, "2 inconclusive" in said.out) == (1, True, True)


def test_where_nothing_else_is_selected_nothing_is_proven(production: Any) -> None:
    said = production.type("run", "-e", "production", "-k", "it is kept for long", COLUMNS="300")
    assert said.code == 9
    assert f"{LACK}: {NOW}" in said.out


def test_a_dry_run_tells_what_cannot_be_played(production: Any) -> None:
    said = production.type("run", "--environment", "production", "--dry-run", COLUMNS="300")
    assert said.code == 0
    assert said.out.count(f"cannot be played: {LACK}: {NOW}") == 2


def test_a_python_check_that_asks_for_the_service_is_inconclusive(production: Any) -> None:
    production.write("tests/integration/test_c.py", PYTHON)
    said = production.type("run", "-e", "production", "-k", "page or cache", "-r", "json")
    assert said.code == 9
    told = ends(production)
    assert told["the page answers"] == ("passed", "")
    assert told["the cache answers"] == ("inconclusive", f"{LACK}: {NOW}")


def test_an_environment_that_is_kept_there_still_needs_every_address(production: Any) -> None:
    said = production.type("up", "--environment", "production")
    assert said.code == 6
    assert "has no address for cache" in said.err
