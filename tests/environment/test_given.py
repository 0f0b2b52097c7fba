import asyncio

import pytest

from dovetail.app.parts import build_registry
from dovetail.environment.given import GivenStage
from dovetail.environment.stage import LockWish
from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event, TornDown
from dovetail.model.system import Edge, Service, System

WEB = Address("web.example", 80, "http")
SERVICES = (Service("web", uses=(Edge("web", "db", "postgres"),)), Service("db", "postgres"))
SYSTEM = System("given", ".", services=SERVICES)


def given() -> GivenStage:
    return GivenStage(SYSTEM, {"web": WEB}, build_registry())


def test_a_service_is_where_its_address_says_also_in_a_slice() -> None:
    async def play() -> None:
        stage = given()
        assert await stage.address("web") == WEB
        with pytest.raises(SuiteError, match="no open slice w1"):
            await stage.address("web", "w1")
        await stage.open_slice("w1", frozenset({"web"}))
        assert await stage.address("web", "w1") == await stage.address("web@w1") == WEB
        await stage.close_slice("w1")
        with pytest.raises(SuiteError, match="no open slice w1"):
            await stage.address("web@w1")

    asyncio.run(play())


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(SuiteError, match="did you mean web"):
        asyncio.run(given().address("wbe"))
    with pytest.raises(SuiteError, match="did you mean web -> db"):
        asyncio.run(given().calls("web -> bd", 0.0))


def test_what_runs_elsewhere_is_neither_broken_nor_steered() -> None:
    with pytest.raises(SuiteError, match="web -> db has no proxy here"):
        asyncio.run(given().inject(FaultOrder("web -> db", "latency"), 1.0))
    with pytest.raises(SuiteError, match=r"web runs elsewhere: http://web\.example"):
        asyncio.run(given().steer("web", "kill"))
    with pytest.raises(SuiteError, match="runs elsewhere"):
        asyncio.run(given().logs("web"))
    assert asyncio.run(given().logs()) == ()


def test_locks_keep_checks_apart_here_too() -> None:
    wish = LockWish(exclusive=frozenset({"lock:stock"}))

    async def play() -> None:
        stage = given()
        await stage.lock("one", wish)
        other = asyncio.create_task(stage.lock("two", wish))
        await asyncio.sleep(0)
        assert not other.done()
        await stage.unlock("one")
        await other

    asyncio.run(play())


def test_leaving_is_told_and_leaves_nothing() -> None:
    events: list[Event] = []

    async def play() -> None:
        stage = given()
        stage.listen(events.append)
        assert [state.state for state in await stage.states()] == ["given"]
        assert await stage.leave() == ()

    asyncio.run(play())
    assert [type(event) for event in events] == [TornDown]
