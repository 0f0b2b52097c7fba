from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.system import System

ReadSystem = Callable[..., System]
ProblemsOf = Callable[..., list[Problem]]


def test_everything_a_service_says_is_read(system_of: ReadSystem) -> None:
    system = system_of("""\
system: s
services:
  migrate: {run: migrate, job: true}
  orders:
    run: serve --port {{ port }}
    build: make
    folder: services/orders
    version: 1.10
    setup: [a.sql, b]
    cleanup: c.sh
    settings: {max_connections: 100}
    environment: {LEVEL: debug, PORT: 80, ON: true}
    ready: GET /health
    start_timeout: 2m
    after: migrate
    topics: [orders.created]
    contract: api.yaml
    owner: team
""")
    service = system.by_name["orders"]
    assert (service.run, service.build, service.folder) == ("serve --port {{ port }}", "make", "services/orders")
    assert service.version == "1.10"
    assert (service.setup, service.cleanup, service.topics) == (("a.sql", "b"), ("c.sh",), ("orders.created",))
    assert service.settings == {"max_connections": 100}
    assert service.environment == {"LEVEL": "debug", "PORT": "80", "ON": "true"}
    assert (service.start_timeout, service.after) == (120.0, ("migrate",))
    assert [(probe.kind, probe.subject, probe.place.line) for probe in service.ready] == [("http", "GET /health", 13)]
    assert (service.contract, service.owner, service.technology, service.place.line) == ("api.yaml", "team", "http", 4)
    assert system.by_name["migrate"].is_job


def test_a_technology_is_known_by_any_of_its_names(system_of: ReadSystem) -> None:
    (service,) = system_of("system: s\nservices: {db: {technology: postgresql}}\n").services
    assert (service.technology, service.launched_by) == ("postgres", "postgres")


def test_a_server_that_dovetail_starts_is_asked_as_its_technology_asks(system_of: ReadSystem) -> None:
    (service,) = system_of("system: s\nservices:\n  db: {technology: redis}\n").services
    assert [(probe.kind, probe.place.line) for probe in service.ready] == [("technology", 3)]
    assert service.start_timeout == 60.0


@pytest.mark.parametrize("said", ["{run: x}", "{run: x, technology: redis, job: true}", "{external: 'redis://x'}"])
def test_own_code_jobs_and_what_is_outside_are_asked_nothing_that_is_not_written(
    system_of: ReadSystem, said: str
) -> None:
    assert system_of(f"system: s\nservices: {{x: {said}}}\n").services[0].ready == ()


@pytest.mark.parametrize("name", ["''", "a->b", "' a'"])
def test_a_name_that_no_edge_could_hold_is_refused(system_of: ReadSystem, problems_of: ProblemsOf, name: str) -> None:
    (problem,) = problems_of(system_of, f"system: s\nservices: {{{name}: {{run: x}}}}\n")
    assert "is no name for a service" in problem.what


def test_a_stranger_among_those_waited_for_stands_at_its_own_item(
    system_of: ReadSystem, problems_of: ProblemsOf
) -> None:
    (problem,) = problems_of(system_of, "system: s\nservices:\n  a: {run: x, after: [b, c]}\n  b: {run: y}\n")
    assert (problem.what, problem.line, problem.column) == ("a waits for `c`, which is no other service", 3, 26)


@pytest.mark.parametrize(
    ("service", "line", "what", "now"),
    [
        ("run: serve {{ prot }}", 4, "nothing is named {{ prot }} here", "did you mean `port`?"),
        ("run: serve\n    environment: {A: 'x {{ db.hots }}'}\n    uses: [db]", 5, "{{ db.hots }}", "`db.host`"),
        ("run: serve {{ db.url }}", 4, "{{ db.url }}", "name it under `uses:` of x"),
    ],
)
def test_a_name_that_nothing_will_be_is_a_mistake_under_its_line(
    problems_of: ProblemsOf, system_of: ReadSystem, service: str, line: int, what: str, now: str
) -> None:
    text = f"system: s\nservices:\n  x:\n    {service}\n  db: {{technology: postgres}}\n"
    (problem,) = problems_of(system_of, text)
    assert what in problem.what
    assert now in problem.now
    assert problem.line == line


def test_the_names_of_a_service_and_its_edges_are_no_mistake(system_of: ReadSystem) -> None:
    run = "serve {{ port }} {{ host }} {{ db.url }} {{db}}"
    text = f"system: s\nservices: {{x: {{run: '{run}', uses: {{db: URL}}}}, db: {{technology: postgres}}}}\n"
    assert system_of(text).by_name["x"].run == run


def test_an_external_service_has_no_probe(system_of: ReadSystem) -> None:
    (service,) = system_of("system: s\nservices: {stripe: {external: 'https://api.stripe.com'}}\n").services
    assert (service.external, service.ready) == ("https://api.stripe.com", ())


@pytest.mark.parametrize(
    ("service", "what", "now"),
    [
        ("{run: x, owenr: me}", "the service s1 has no key `owenr`", "did you mean `owner`?"),
        ("{technology: postgers}", "the technology `postgers` is not known", "did you mean `postgres`?"),
        ("{owner: me}", "nothing tells where s1 comes from", "run: command"),
        ("serve", "the service s1 wants a map", "at least"),
        ("", "the service s1 wants a map", "at least"),
        ("{run: x, standin: stripe}", "`standin` is not built yet", "leave it out"),
        ("{technology: redis, job: true}", "a job needs `run`", "command"),
        ("{run: x, after: s2}", "s1 waits for `s2`, which is no other service", "none is known"),
        ("{run: x, after: [s1]}", "s1 waits for `s1`, which is no other service", ""),
        ("{run: [a, b]}", "`run` wants text, got a list", "the command"),
        ("{run: x, job: maybe}", "`job` wants true or false, got `maybe`", ""),
        ("{run: }", "`run` is empty", "text"),
        ("{run: ''}", "nothing tells where s1 comes from", "run: command"),
        ("{technology: stage}", "the technology `stage` is not known", ""),
        ("{run: x, start_timeout: 0}", "nothing is ready within 0 s", "60s"),
    ],
)
def test_a_wrong_service_stands_under_its_line(
    system_of: ReadSystem, problems_of: ProblemsOf, service: str, what: str, now: str
) -> None:
    (problem,) = problems_of(system_of, f"system: s\nservices:\n  s1: {service}\n")
    assert (problem.what, problem.line) == (what, 3)
    assert now in problem.now


def test_the_same_service_twice_is_a_mistake(system_of: ReadSystem, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(system_of, "system: s\nservices:\n  a: {run: x}\n  a: {run: y}\n")
    assert (problem.what, problem.line) == ("`a` is there twice", 4)
