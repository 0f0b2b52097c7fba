"""Isolation set up and taken down, whatever happens between."""

import asyncio
from collections.abc import Callable
from typing import Any

from dovetail.engine.isolation import Choice
from dovetail.engine.plan import Job
from dovetail.engine.room import Room
from dovetail.environment.stage import LockWish
from dovetail.model.check import Check, Isolation
from dovetail.model.event import SliceTaken

Make = Callable[..., Any]


def visit(house: Make, check: Make, isolation: Isolation, refuses: str = "") -> tuple[list[str], str, set[str]]:
    outcome = house(refuses=frozenset({refuses}) if refuses else frozenset()).play(check("nothing", skip="x"))
    job = Job("c", 1, (Check("c", "c", "api", ()),), Choice(isolation, "", frozenset({"orders"})), LockWish())

    async def come_and_go() -> str:
        room = Room(outcome.play, job, "c1a1")
        await room.enter()
        return await room.leave()

    trouble = asyncio.run(come_and_go())
    return outcome.stage.done, trouble, outcome.play.soiled


def test_a_clone_is_made_and_dropped(house: Make, check: Make) -> None:
    assert visit(house, check, Isolation.CLONE)[0] == ["clone orders as c1a1", "drop orders c1a1"]


def test_clean_data_is_set_back_only_afterwards(house: Make, check: Make) -> None:
    assert visit(house, check, Isolation.RESET)[0] == ["reset orders"]


def test_unique_data_leaves_the_service_soiled(house: Make, check: Make) -> None:
    done, _, soiled = visit(house, check, Isolation.UNIQUE)
    assert (done, soiled) == ([], {"orders"})


def test_which_attempt_has_which_slice_is_an_event(house: Make, check: Make) -> None:
    outcome = house().play(check("nothing", skip="x"))
    job = Job(
        "c",
        1,
        (Check("c", "c", "api", ()),),
        Choice(Isolation.SLICE, ""),
        LockWish(),
        slice_services=frozenset({"orders"}),
    )
    before = len(outcome.events)

    async def come_and_go() -> str:
        room = Room(outcome.play, job, "c1a2", 2)
        await room.enter()
        return room.slice_name

    name = asyncio.run(come_and_go())
    told = [event for event in outcome.events[before:] if isinstance(event, SliceTaken)]
    assert [(event.check, event.attempt, event.slice_name) for event in told] == [("c", 2, name)]


def test_what_cannot_be_dropped_is_told(house: Make, check: Make) -> None:
    assert "cannot drop orders" in visit(house, check, Isolation.CLONE, "drop")[1]


def test_sharing_asks_nothing_of_the_stage(house: Make, check: Make) -> None:
    assert visit(house, check, Isolation.SHARED)[:2] == ([], "")
