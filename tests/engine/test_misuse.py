"""What `isolation:` cannot do, and what is said instead."""

from typing import Any

import pytest

from dovetail.engine.isolation import DataServices
from dovetail.engine.misuse import find_misuse
from dovetail.engine.touch import Touch, Touched
from dovetail.model.check import Check, Isolation
from dovetail.model.data import Place
from dovetail.model.graph import reach
from dovetail.model.system import Edge, Service, System
from dovetail.model.vocabulary import Effect

SYSTEM = System(
    "s",
    "s",
    services=(
        Service("api", run="x", uses=(Edge("api", "db", "store"), Edge("api", "queue", "queue"))),
        Service("echo", run="x"),
        Service("teller", run="x", uses=(Edge("teller", "queue", "queue"),)),
        Service("db", "store"),
        Service("cache", "memory"),
        Service("queue", "queue"),
        Service("ledger", "store", run="x"),
    ),
)
REACHES = {service.name: reach(SYSTEM, service.name) for service in SYSTEM.services}
DATA = DataServices(frozenset({"db", "cache"}), frozenset({"db", "ledger"}), frozenset({"queue", "ledger"}))


def told(isolation: Isolation, *services: str, effect: Effect = Effect.WRITES, **more: Any) -> str:
    acts = tuple(Touched(name, "t", effect) for name in services)
    check = Check("c", "c", "api", (), isolation=isolation, place=Place("a.yaml", 7))
    found = find_misuse(check, Touch(acts, **more), SYSTEM, REACHES, DATA)
    assert all((problem.file, problem.line) == ("a.yaml", 7) for problem in found)
    return f"{found[0].what}: {found[0].now}" if found else ""


@pytest.mark.parametrize(
    ("isolation", "services", "said"),
    [
        (Isolation.ROLLBACK, ("db",), ""),
        (Isolation.ROLLBACK, ("cache",), "isolation: rollback: cache (memory) has no transactions: use clone"),
        (Isolation.ROLLBACK, ("db", "queue"), "queue (queue) has no transactions: use slice"),
        (Isolation.ROLLBACK, ("api", "db"), "nothing can undo what api commits: use unique, reset or slice"),
        (Isolation.ROLLBACK, (), "no step speaks to a database that has transactions: there are: db, ledger"),
        (Isolation.ROLLBACK, ("ledger",), ""),
        (
            Isolation.CLONE,
            ("ledger",),
            "isolation: clone: ledger (store) cannot be copied: use rollback, unique or slice",
        ),
        (Isolation.CLONE, ("db", "cache"), ""),
        (Isolation.CLONE, ("db", "api"), "api does not see a copy made for this check alone"),
        (Isolation.CLONE, ("queue",), "queue (queue) cannot be copied"),
        (Isolation.CLONE, (), "no step speaks to a service whose data could be copied: there are: cache, db"),
        (Isolation.RESET, ("api",), ""),
        (Isolation.RESET, ("echo",), "nothing that this check reaches can be set back: use unique or slice"),
        (Isolation.RESET, ("teller",), "can be set back: queue (queue) keeps what it holds"),
        (Isolation.SLICE, ("api",), ""),
        (Isolation.SLICE, ("db",), "this check speaks to none of it: use clone"),
        (Isolation.SLICE, ("queue",), "this check speaks to none of it: use unique"),
        (Isolation.UNIQUE, ("db",), ""),
        (Isolation.AUTO, ("db",), ""),
    ],
)
def test_what_cannot_be_is_told(isolation: Isolation, services: tuple[str, ...], said: str) -> None:
    found = told(isolation, *services)
    assert said in found
    assert bool(said) is bool(found)


def test_a_transaction_cannot_hold_what_ends_it() -> None:
    assert "ends db's transaction itself" in told(Isolation.ROLLBACK, "db", effect=Effect.DISTURBS)
    assert "transaction of their own" in told(Isolation.ROLLBACK, "db", has_together=True)


def test_a_server_is_not_a_slices_own() -> None:
    assert "not its own server" in told(Isolation.SLICE, "api", steered=frozenset({"db"}))
    assert told(Isolation.SLICE, "api", steered=frozenset({"api"})) == ""


def test_reading_through_a_service_harms_no_transaction() -> None:
    assert told(Isolation.ROLLBACK, "api", effect=Effect.READS).endswith("transactions: there are: db, ledger")
