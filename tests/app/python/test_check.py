"""A Python check against the stage of the tutorial, and against one that does not do what it is asked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from typing import Any

import pytest
from msgspec.structs import replace

from dovetail.app.python.check import PythonCheck
from dovetail.app.python.seclusion import Marked, seclude
from dovetail.app.python.stagehand import make_stagehand
from dovetail.engine.cast import Cast
from dovetail.engine.isolation import DataServices
from dovetail.engine.play import Play
from dovetail.environment.lock import LockTable
from dovetail.environment.order import LOCAL
from dovetail.environment.stage import LockWish, Sink
from dovetail.errors import NotReadyError, Problem, StageError, StageLostError
from dovetail.model.check import FaultOrder
from dovetail.model.event import AttemptEnded, CheckEnded, CheckPlanned, CheckStarted, Event, PlannedCheck, StepEnded
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.model.system import Edge, EnvironmentSpec, Service, System
from dovetail.plugin.registry import Registry

Player = Any
Begin = Callable[[str], tuple[Any, Any]]

EDGE = "api -> db"
REFUSE, SLOW = FaultOrder(EDGE, "refuse"), FaultOrder(EDGE, "latency")
SYSTEM = System("shop", "shop", services=(Service("api", run="x", uses=(Edge("api", "db", "http"),)), Service("db")))


@dataclass
class Stubborn:
    """A stage in this process, with the locks of a real one, that does not do some of what it is asked."""

    refuses: tuple[str, ...] = ()
    hangs: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()
    done: list[str] = field(default_factory=list)
    table: LockTable = field(default_factory=LockTable)

    async def lock(self, owner: str, wish: LockWish) -> None:
        await self.table.lock(owner, wish)

    async def grow(self, owner: str, wish: LockWish) -> bool:
        return await self.table.grow(owner, wish)

    async def unlock(self, owner: str, kept: frozenset[str] = frozenset()) -> None:
        self.table.unlock(owner, kept)

    async def inject(self, order: FaultOrder, seconds: float | None, owner: str) -> str:
        assert seconds is None, "a fault lasts as long as its test, however long that is"
        await self._do(f"inject {order.kind} for {owner}")
        return order.kind

    async def lift(self, lease: str) -> None:
        await self._do(f"lift {lease}")

    async def reset(self, services: frozenset[str]) -> None:
        await self._do(f"reset {', '.join(services)}")

    def listen(self, sink: Sink) -> None:
        pass

    async def _do(self, what: str) -> None:
        self.done.append(what)
        if what in self.hangs:
            await asyncio.Event().wait()
        if what in self.loses:
            raise StageLostError
        if what in self.breaks:
            raise OSError(f"{what} broke")
        if what in self.refuses:
            raise StageError(Problem(f"cannot {what}"))


RESET = Marked("reset", ("db",))


def check_on(
    stage: Any,
    events: list[Event],
    environment: EnvironmentSpec = LOCAL,
    marked: Marked = RESET,
    clock: Callable[[], float] = time.time,
) -> PythonCheck:
    """Return a check that sets `db` back, before and after, unless it is marked otherwise."""
    cast = Cast(Registry(("dovetail.tech.http",)), stage, SYSTEM)
    play = Play(SYSTEM, stage, cast, events.append, clock, "5eed", 0.1, is_stage_shared=True)
    words: Any = None
    hand = make_stagehand(play, words, DataServices(frozenset({"db"})), environment)
    planned = PlannedCheck("t", "t", "services")
    return PythonCheck(hand, planned, seclude(hand, planned, marked))


def can_be_had(stage: Stubborn) -> bool:
    """Tell whether nobody holds the edge and the data any more."""
    return not any(stage.table.is_had_alone(name) for name in (f"edge:{EDGE}", "data:db", "service:db"))


def test_who_breaks_an_edge_waits_for_those_who_use_it(begin: Begin, player: Player) -> None:
    one, holder = begin("uses the edge")
    other, _ = begin("breaks the edge")
    one.http("sorter").get("/health").expect(status=200)
    taken: list[str] = []

    def take() -> None:
        other.edge("sorter -> postbox")
        taken.append("edge")

    thread = Thread(target=take)
    thread.start()
    thread.join(0.3)
    assert taken == []
    player.end(holder, Verdict.PASSED, "")
    thread.join(10)
    assert taken == ["edge"]


def test_a_fault_left_in_force_ends_with_its_check(begin: Begin, player: Player) -> None:
    one, check = begin("leaves a fault")
    one.edge("sorter -> postbox").fault(http=503).start()
    one.http("sorter").post("/letters", json={}).expect(status=503)
    player.end(check, Verdict.PASSED, "")
    other, _ = begin("comes after")
    other.http("sorter").post("/letters", json={}).expect(status=202)


def test_expectations_are_counted(begin: Begin) -> None:
    environment, check = begin("expects")
    environment.http("sorter").get("/health")
    assert check.expectations == 0
    environment.http("sorter").get("/health").expect(status=200, json={"status": "ok"})
    assert check.expectations == 2


@pytest.mark.parametrize(
    ("stage", "trouble", "verdict"),
    [
        (Stubborn(refuses=("lift refuse",)), "cannot lift refuse", Verdict.FAILED),
        (Stubborn(hangs=("lift refuse",)), "cleanup did not end within 0.1 s", Verdict.FAILED),
        (Stubborn(loses=("lift refuse",)), "", Verdict.PASSED),
    ],
)
def test_all_else_is_given_back_whatever_became_of_a_fault(stage: Stubborn, trouble: str, verdict: Verdict) -> None:
    events: list[Event] = []

    async def play() -> str:
        check = check_on(stage, events)
        await check.begin()
        await check.take_edge(EDGE)
        await check.inject((SLOW,))
        await check.inject((REFUSE,))
        await check.inject((SLOW,))
        assert not can_be_had(stage)
        return await check.end(Verdict.PASSED, "")

    assert asyncio.run(play()) == trouble
    assert stage.done[4:] == ["lift latency", "lift refuse", "lift latency", "reset db"]
    assert can_be_had(stage)
    assert [event.cleanup_failed for event in events if isinstance(event, AttemptEnded)] == [trouble]
    assert [event.verdict for event in events if isinstance(event, CheckEnded)] == [verdict]


def test_locks_are_given_back_whatever_became_of_the_data() -> None:
    stage, events = Stubborn(), list[Event]()

    async def play() -> str:
        check = check_on(stage, events)
        await check.begin()
        stage.hangs = ("reset db",)
        return await check.end(Verdict.PASSED, "")

    assert asyncio.run(play()) == "cleanup did not end within 0.1 s"
    assert can_be_had(stage)


def test_of_faults_ordered_together_none_is_left_where_one_is_refused() -> None:
    stage = Stubborn(refuses=("inject latency for t",))

    async def play() -> None:
        check = check_on(stage, [])
        await check.begin()
        await check.take_edge(EDGE)
        with pytest.raises(StageError, match="cannot inject latency"):
            await check.inject((REFUSE, SLOW))
        assert stage.done[-1] == "lift refuse"
        await check.end(Verdict.PASSED, "")

    asyncio.run(play())


def test_a_check_that_breaks_as_it_begins_holds_nothing() -> None:
    stage, events = Stubborn(breaks=("reset db",)), list[Event]()

    async def play() -> None:
        with pytest.raises(OSError, match="reset db broke"):
            await check_on(stage, events).begin()

    asyncio.run(play())
    assert can_be_had(stage)
    assert [event.verdict for event in events if isinstance(event, CheckEnded)] == [Verdict.INCONCLUSIVE]


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.PASSED])
def test_a_check_that_asked_for_what_has_no_address_is_inconclusive_whatever_it_made_of_it(verdict: Verdict) -> None:
    events: list[Event] = []
    production = EnvironmentSpec("production", {"db": "http://db"}, is_read_only=True)

    async def play() -> None:
        check = check_on(Stubborn(), events, production, Marked())
        await check.begin()
        check.require("db")
        with pytest.raises(NotReadyError, match="write `api: <address>` below `environments: production:`"):
            check.require("api")
        await check.end(verdict, "the test said so")

    asyncio.run(play())
    ended = next(event for event in events if isinstance(event, CheckEnded))
    assert ended.verdict is Verdict.INCONCLUSIVE
    assert "production is read-only and has no address for api" in ended.why


def test_a_check_tells_what_it_is_as_it_begins_and_how_long_it_took_as_it_ends() -> None:
    events: list[Event] = []
    clock = count(100.0, 0.5).__next__

    async def play() -> None:
        check = check_on(Stubborn(), events, clock=clock)
        await check.begin()
        await check.end(Verdict.PASSED, "")

    asyncio.run(play())
    planned, started, attempt, ended = events
    assert isinstance(planned, CheckPlanned)
    assert isinstance(started, CheckStarted)
    assert isinstance(attempt, AttemptEnded)
    assert isinstance(ended, CheckEnded)
    assert planned.check == PlannedCheck("t", "t", "services")
    assert (started.check, started.attempt, started.isolation) == ("t", 1, "reset")
    assert (attempt.attempt, ended.attempts) == (1, 1)
    assert attempt.duration_ms == ended.duration_ms == (ended.at - 100.0) * 1000


def test_a_step_is_told_once_it_is_judged_and_with_all_the_time_it_took() -> None:
    events: list[Event] = []

    async def play() -> None:
        check = check_on(Stubborn(), events)
        asked = StepOutcome("", "http.request", "api", Verdict.PASSED, 10.0, 20.0, request="GET /a")
        judged = replace(asked, started_at=11.0, duration_ms=3.0, verdict=Verdict.FAILED)
        await check.begin()
        check.tell(asked)
        check.tell(judged, instead=True)
        check.tell(asked)
        assert len(told()) == 1
        await check.end(Verdict.FAILED, "")

    def told() -> list[tuple[Verdict, float, float]]:
        steps = [event.step for event in events if isinstance(event, StepEnded)]
        return [(step.verdict, step.started_at, step.duration_ms) for step in steps]

    asyncio.run(play())
    assert told() == [(Verdict.FAILED, 10.0, 23.0), (Verdict.PASSED, 10.0, 20.0)]


def test_a_verdict_told_at_the_first_word_stands_for_itself() -> None:
    events: list[Event] = []

    async def play() -> None:
        check = check_on(Stubborn(), events)
        read = StepOutcome("", "kafka.consume", "api", Verdict.PASSED, 10.0, 20.0)
        await check.begin()
        check.tell(read, instead=True)
        await check.end(Verdict.PASSED, "")

    asyncio.run(play())
    assert [event.step.duration_ms for event in events if isinstance(event, StepEnded)] == [20.0]


def test_who_wants_more_keeps_what_it_has_and_its_faults_in_force(begin: Begin, player: Player) -> None:
    one, holder = begin("breaks an edge and wants a service too")
    other, user = begin("uses the edge")
    edge = one.edge("sorter -> postbox")
    edge.fault(http=503).start()
    answered: list[int] = []

    def use() -> None:
        answered.append(other.http("sorter").post("/letters", json={}).status)
        player.end(user, Verdict.PASSED, "")

    thread = Thread(target=use)
    thread.start()
    thread.join(0.3)
    one.service("postbox").restart()
    one.http("sorter").post("/letters", json={}).expect(status=503)
    assert (answered, edge.calls) == ([], 1)
    player.end(holder, Verdict.PASSED, "")
    thread.join(10)
    assert answered == [202]


def test_what_others_say_while_a_check_has_to_let_them_by_is_not_counted_as_its_own(
    begin: Begin, player: Player
) -> None:
    one, _ = begin("has an edge and wants a service too")
    other, user = begin("uses the service and wants the edge")
    edge = one.edge("sorter -> postbox")
    edge.fault(http=503).start()
    one.http("sorter").post("/letters", json={}).expect(status=503)
    answered: list[int] = []
    other.http("postbox").get("/health").expect(status=200)

    def use() -> None:
        answered.append(other.http("sorter").post("/letters", json={}).status)
        player.end(user, Verdict.PASSED, "")

    thread = Thread(target=use)
    thread.start()
    thread.join(0.3)
    assert answered == []
    one.service("postbox").restart()
    assert answered == [202]
    one.http("sorter").post("/letters", json={}).expect(status=503)
    assert edge.calls == 2
