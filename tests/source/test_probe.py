from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.system import System

ReadSystem = Callable[..., System]
ProblemsOf = Callable[..., list[Problem]]


def service(lines: str) -> str:
    return f"system: s\nservices:\n  x:\n    run: serve\n{lines}\n"


@pytest.mark.parametrize(
    ("ready", "probes"),
    [
        ("ready: GET /health", [("http", "GET /health")]),
        ("ready: /health", [("http", "GET /health")]),
        ("ready: {http: POST /ping, expect: {status: 204}}", [("http", "POST /ping")]),
        ("ready: {tcp: true}", [("tcp", "")]),
        ("ready: {tcp: false}", []),
        ("ready: {command: ls -l}", [("command", "ls -l")]),
        ('ready: {log: "ready in \\\\d+"}', [("log", "ready in \\d+")]),
        ("ready: [GET /a, {tcp: true}]", [("http", "GET /a"), ("tcp", "")]),
        ("owner: me", []),
        ("technology: postgres", [("technology", "")]),
        ("job: true", []),
    ],
)
def test_every_form_of_ready_is_read(system_of: ReadSystem, ready: str, probes: list[tuple[str, str]]) -> None:
    (read,) = system_of(service(f"    {ready}")).services
    assert [(probe.kind, probe.subject) for probe in read.ready] == probes


def test_what_a_probe_expects_keeps_its_place(system_of: ReadSystem) -> None:
    (read,) = system_of(service("    ready: {http: GET /h, expect: {status: 200, json: {state: up}}}")).services
    assert read.ready[0].expect == {"status": 200, "json": {"state": "up"}}
    assert read.ready[0].place.line == 5


def test_a_technology_without_run_is_asked_in_its_own_words(system_of: ReadSystem) -> None:
    (read,) = system_of("system: s\nservices: {db: {technology: postgres}}\n").services
    assert [probe.kind for probe in read.ready] == ["technology"]


@pytest.mark.parametrize(
    ("ready", "what"),
    [
        ("ready: soon", "`soon` is no request"),
        ("ready: 5", "this is no probe"),
        ("ready: {htpt: GET /}", "a probe has no key `htpt`"),
        ("ready: {expect: {status: 200}}", "`expect` needs `http`"),
        ("ready: {}", "this probe asks nothing"),
        ('ready: {log: "("}', "this is no pattern: missing ), unterminated subpattern at position 0"),
        ("ready: {tcp: maybe}", "`tcp` wants true or false, got `maybe`"),
    ],
)
def test_what_is_no_probe_is_a_mistake(system_of: ReadSystem, problems_of: ProblemsOf, ready: str, what: str) -> None:
    problems = problems_of(system_of, service(f"    {ready}"))
    assert [(problem.what, problem.line) for problem in problems] == [(what, 5)]
