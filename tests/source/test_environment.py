from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.system import System
from dovetail.source.environment import choose_environment

ReadSystem = Callable[..., System]
ProblemsOf = Callable[..., list[Problem]]
HEAD = "system: s\nservices:\n  web: {run: serve, uses: {db: URL}}\n  db: {technology: postgres}\n"


def test_an_environment_points_services_at_addresses(system_of: ReadSystem) -> None:
    system = system_of(
        HEAD
        + "environments:\n  local: {}\n  ci:\n  prod: {read_only: true, allow: [db, web->db], web: https://w.example}\n"
    )
    local, bare, prod = system.environments
    assert (local.addresses, bare.name) == ({}, "ci")
    assert prod.addresses == {"web": "https://w.example"}
    assert prod.is_read_only
    assert prod.allowed == ("db", "web -> db")


def test_a_missing_variable_matters_only_to_who_chooses_the_environment(
    system_of: ReadSystem, problems_of: ProblemsOf
) -> None:
    text = HEAD + 'environments:\n  staging: {db: "${STAGING_DB}", web: "${WEB:-http://w}"}\n'
    system = system_of(text)
    assert system.environments[0].missing == ("STAGING_DB",)
    assert system.environments[0].addresses["web"] == "http://w"
    (problem,) = problems_of(choose_environment, system, "staging")
    assert problem.what == "the environment staging needs `STAGING_DB`, which is not set"
    assert problem.line == 6
    filled = system_of(text, {"STAGING_DB": "postgresql://db"})
    assert choose_environment(filled, "staging").addresses["db"] == "postgresql://db"


def test_local_is_always_there(system_of: ReadSystem) -> None:
    assert choose_environment(system_of(HEAD), "local").addresses == {}


def test_an_unknown_environment_names_the_nearest(system_of: ReadSystem, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(choose_environment, system_of(HEAD + "environments: {staging: {}}\n"), "stagign")
    assert (problem.what, problem.now) == ("there is no environment `stagign`", "did you mean `staging`?")


@pytest.mark.parametrize(
    ("environment", "what", "now"),
    [
        ("{wbe: http://x}", "e gives `wbe` an address, but it is no service", "did you mean `web`?"),
        ("{readonly: true}", "e gives `readonly` an address, but it is no service", "did you mean `read_only`?"),
        (
            "{web: 'http://w:port'}",
            "this is no address: Port could not be cast to integer value as 'port'",
            "host:port",
        ),
        ("{web: 5}", "web wants an address in e", "URL"),
        ("{allow: [wbe]}", "`wbe` is neither a service nor an edge", "did you mean `web`?"),
        ("{compose: c.yaml}", "`compose` is not built yet", ""),
        ("here", "the environment e wants a map", ""),
    ],
)
def test_a_wrong_environment_stands_under_its_line(
    system_of: ReadSystem, problems_of: ProblemsOf, environment: str, what: str, now: str
) -> None:
    problems = problems_of(system_of, HEAD + f"environments:\n  e: {environment}\n")
    assert (problems[0].what, problems[0].line) == (what, 6)
    assert now in problems[0].now
