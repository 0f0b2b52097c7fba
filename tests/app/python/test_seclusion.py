"""What a marker asks for and gets, as a table."""

import time
from typing import Any

import pytest

from dovetail.app.python.seclusion import Marked, seclude
from dovetail.app.python.stagehand import Stagehand
from dovetail.engine.isolation import DataServices
from dovetail.engine.plan import Job, flow
from dovetail.engine.play import Play
from dovetail.errors import UsageError
from dovetail.model.check import Isolation
from dovetail.model.data import Place
from dovetail.model.event import PlannedCheck
from dovetail.model.system import Edge, Service, System

SYSTEM = System(
    "s",
    "s",
    services=(
        Service("api", run="x", uses=(Edge("api", "db", "store"), Edge("api", "queue", "queue"))),
        Service("echo", run="x"),
        Service("db", "store"),
        Service("cache", "memory"),
        Service("queue", "queue"),
        Service("staging", run="x"),
        Service("fill", run="x", is_job=True, uses=(Edge("fill", "db", "store"),)),
    ),
)
DATA = DataServices(frozenset({"db", "cache"}), frozenset({"db"}), frozenset({"queue"}))


ROWS = {"data:db", "data:cache"}


def job(word: str, *services: str, data: DataServices = DATA) -> Job:
    nothing: Any = None
    play = Play(SYSTEM, nothing, nothing, print, time.time, "5eed")
    reaches = {service.name: flow(SYSTEM, service.name) for service in SYSTEM.services}
    hand = Stagehand(play, nothing, reaches, data, frozenset({"staging"}))
    return seclude(hand, PlannedCheck("t/test_x", "x", "services", Place("t.py", 3)), Marked(word, services))


@pytest.mark.parametrize(
    ("marked", "isolation", "data", "wish"),
    [
        (("unique",), Isolation.UNIQUE, {"db", "cache"}, (set(), set(), ROWS)),
        (("shared",), Isolation.SHARED, {"db", "cache"}, (set(), set(), set())),
        (("rollback",), Isolation.ROLLBACK, {"db"}, ({"data:db"}, {"rows:db"}, set())),
        (("clone",), Isolation.CLONE, {"db", "cache"}, ({"process:db", "process:cache"}, set(), set())),
        (("clone", "db"), Isolation.CLONE, {"db"}, ({"process:db"}, set(), set())),
        (("reset", "db"), Isolation.RESET, {"db"}, (set(), {"data:db", "service:db"}, set())),
        (("slice", "api"), Isolation.SLICE, {"db"}, ({"process:db"}, set(), set())),
    ],
)
def test_a_marker_chooses_the_isolation_and_its_locks(
    marked: tuple[str, ...], isolation: Isolation, data: set[str], wish: tuple[set[str], set[str], set[str]]
) -> None:
    made = job(*marked)
    assert (made.choice.isolation, set(made.choice.data)) == (isolation, data)
    assert (set(made.wish.shared), set(made.wish.exclusive), set(made.wish.adding)) == wish


def test_without_a_marker_data_is_taken_to_be_the_checks_own() -> None:
    assert Marked().word == "unique"
    assert not Marked().needs_copies
    assert Marked("slice").needs_copies


def test_what_runs_elsewhere_is_used_beside_others() -> None:
    assert job("unique", "staging").choice.isolation is Isolation.UNIQUE


def test_a_slice_holds_what_was_named_and_all_below_it() -> None:
    assert set(job("slice", "api").slice_services) == {"api", "db", "queue"}
    assert set(job("slice").slice_services) == {"api", "echo", "db", "cache", "queue"}


def test_a_slice_whose_data_cannot_all_be_set_back_serves_one_check() -> None:
    assert not job("slice", "api").is_slice_kept
    assert job("slice", "echo").is_slice_kept


@pytest.mark.parametrize(
    ("marked", "what"),
    [
        (("auto",), "there is no isolation 'auto'\nknown here: clone, reset, rollback, shared, slice, unique"),
        (("rolback",), "there is no isolation 'rolback'\ndid you mean `rollback`"),
        (("clone", "bd"), "there is no service 'bd'\ndid you mean `db`"),
        (("clone", "api"), "isolation clone: api (http) can be neither copied nor set back\nuse slice"),
        (("reset", "queue"), "isolation reset: queue (queue) can be neither copied nor set back\nuse slice"),
        (("rollback", "cache"), "isolation rollback: cache (memory) has no transactions\nuse clone"),
        (("slice", "db"), "isolation slice: a slice has its own instances of your code, and none is meant here"),
        (("slice", "staging"), "isolation slice: staging runs elsewhere and serves others too"),
    ],
)
def test_what_a_marker_cannot_have_is_told_at_the_test(marked: tuple[str, ...], what: str) -> None:
    with pytest.raises(UsageError) as raised:
        job(*marked)
    problem = raised.value.problems[0]
    assert f"{problem.what}\n{problem.now}".startswith(what)
    assert (problem.file, problem.line) == ("t.py", 3)


def test_where_nothing_has_data_there_is_nothing_to_copy() -> None:
    for word in ("rollback", "clone", "reset"):
        with pytest.raises(UsageError, match="no service here"):
            job(word, data=DataServices())
