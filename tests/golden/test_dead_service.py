"""Waits for a service that has ended by itself: broken off and told, unless the check may bring it back."""

import textwrap
import time
from typing import Any

DIES = """\
  - name: it dies
    timeout: 80s
    steps:
      - http: GET /exit/7
        expect: {error: {kind: {one_of: [closed, reset]}}}
"""
WAITS = """\
      - http: GET /
        expect: {status: 200}
        within: 70s
"""
TOLD = (
    "app exited with code 7 after it was ready, so it was waited for no longer; its last line: that was too much for me"
)
PYTHON = """\
def test_it_dies(tiny):
    tiny.http("app").get("/exit/7")
    tiny.http("app").get("/").expect(status=200, within="70s")


def test_it_is_brought_back(tiny, service):
    service("app").restart()
    tiny.http("app").get("/").expect(status=200, within="70s")
"""


def test_a_wait_for_a_dead_service_ends_early_and_names_its_end(project: Any) -> None:
    project.checks(DIES + WAITS)
    began = time.monotonic()
    said = project.type("run", "--report-format", "json")
    assert said.code == 1, said.out
    assert time.monotonic() - began < 30
    assert "because  app exited with code 7 after it was ready" in said.out
    assert TOLD in (project.folder / "reports/latest.json").read_text()


def test_a_check_that_brings_the_service_back_may_wait_for_it(project: Any) -> None:
    steps = textwrap.indent(f"{WAITS}      - restart: app\n", "    ")
    project.checks(f"{DIES}      - together:\n{steps}")
    said = project.type("run")
    assert said.code == 0, said.out


def test_the_words_of_python_checks_wait_no_longer_either(project: Any) -> None:
    project.write("tests/integration/test_it.py", PYTHON)
    began = time.monotonic()
    said = project.type("run", "--timeout", "80s", "--report-format", "json")
    assert said.code == 1, said.out
    assert time.monotonic() - began < 45
    assert TOLD in (project.folder / "reports/latest.json").read_text()
    assert "1 passed · 1 failed" in said.out
