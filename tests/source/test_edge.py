from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.system import Sla, System

ReadSystem = Callable[..., System]
ProblemsOf = Callable[..., list[Problem]]


HEAD = "system: s\nservices:\n  db: {technology: postgresql}\n  web: {run: serve}\n  x:\n    run: serve\n"


def using(uses: str) -> str:
    return f"{HEAD}    uses: {uses}\n"


@pytest.mark.parametrize(
    ("uses", "edges"),
    [
        ("{db: {address: DATABASE_URL}}", [("x -> db", "postgres", "DATABASE_URL")]),
        (
            "{db: DATABASE_URL, web: WEB_URL}",
            [("x -> db", "postgres", "DATABASE_URL"), ("x -> web", "http", "WEB_URL")],
        ),
        ("[db, web]", [("x -> db", "postgres", ""), ("x -> web", "http", "")]),
        ("{db: }", [("x -> db", "postgres", "")]),
        ("", []),
        ("{web: {technology: redis}}", [("x -> web", "redis", "")]),
    ],
)
def test_every_form_of_uses_is_read(system_of: ReadSystem, uses: str, edges: list[tuple[str, str, str]]) -> None:
    read = system_of(using(uses)).by_name["x"].uses
    assert [(edge.name, edge.technology, edge.address) for edge in read] == edges
    assert all(edge.is_awaited and edge.is_proxied for edge in read)


def test_everything_an_edge_says_is_read(system_of: ReadSystem) -> None:
    (edge,) = (
        system_of(
            using(
                "{web: {sla: {p99: 500ms, error_rate: 0.1%}, timeout: 2s, retries: {attempts: 3, delay: 50ms},"
                " breaker: {opens_after: 5, half_open_after: 10s}, when_broken: queue, owner: me, contract: c.yaml,"
                " direct: true, wait: false, publishes: [a], consumes: b}}"
            )
        )
        .by_name["x"]
        .uses
    )
    assert edge.sla == Sla(0.5, 0.001)
    assert edge.timeout == 2.0
    assert edge.retries == {"attempts": 3, "delay": 0.05}
    assert edge.breaker == {"opens_after": 5, "half_open_after": 10.0}
    assert (edge.when_broken, edge.owner, edge.contract) == ("queue", "me", "c.yaml")
    assert (edge.is_proxied, edge.is_awaited, edge.is_asynchronous) == (False, False, True)
    assert (edge.publishes, edge.consumes) == (("a",), ("b",))
    assert edge.place.line == 7


@pytest.mark.parametrize(
    ("uses", "what", "now"),
    [
        ("{bd: URL}", "x uses `bd`, which is no service", "did you mean `db`?"),
        ("[wbe]", "x uses `wbe`, which is no service", "did you mean `web`?"),
        ("{x: URL}", "x uses itself", "remove this edge"),
        ("{db: {adress: URL}}", "the edge x -> db has no key `adress`", "did you mean `address`?"),
        ("{db: {when_broken: retries}}", "`when_broken` cannot be `retries`", "did you mean `retry`?"),
        ("{db: {timeout: soon}}", "`timeout` wants a duration, got `soon`", ""),
        ("{db: {sla: {p95: 1s}}}", "an sla has no key `p95`", "did you mean `p99`?"),
        ("{db: {retries: {delay: 1s}}}", "retries lacks `attempts`", ""),
        ("{db: {technology: ''}}", "the technology `` is not known", "known here: "),
        ("{db: {technology: redsi}}", "the technology `redsi` is not known", "did you mean `redis`?"),
        ("[db, db]", "x uses db twice", "remove one"),
        ("{db: URL, web: {address: URL}}", "URL cannot hold the addresses of both db and web", "its own variable"),
        ("{db: 5}", "the edge x -> db wants a map or a variable's name", ""),
        ("db", "`uses` wants a map of services", ""),
        ("[{db: URL}]", "`uses` wants names here", ""),
    ],
)
def test_a_wrong_edge_stands_under_its_line(
    system_of: ReadSystem, problems_of: ProblemsOf, uses: str, what: str, now: str
) -> None:
    (problem,) = problems_of(system_of, using(uses))
    assert (problem.what, problem.line) == (what, 7)
    assert now in problem.now
