"""One Python check as the engine sees an attempt: its locks, its sessions, its faults, its steps in the journal."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.app.python.stagehand import Stagehand
from dovetail.check.unique import Unique
from dovetail.engine.conversation import Conversation, Whereabouts
from dovetail.engine.play import trace_of
from dovetail.engine.step import StepOrder, play_step
from dovetail.environment.stage import LockWish
from dovetail.model.check import FaultOrder, Step
from dovetail.model.data import Data
from dovetail.model.event import AttemptEnded, CheckEnded, CheckPlanned, CheckStarted, PlannedCheck, StepEnded
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.plugin.driver import Act, Answer, Session

FAULT_SECONDS = 120.0
ISOLATION = "shared"


class Recorder:
    """A session that keeps the latest answer, and hands out a kept one before it asks again."""

    def __init__(self, session: Session, kept: Answer | None = None) -> None:
        self._session = session
        self._kept = kept
        self.latest = Answer({})

    async def foresee(self, acts: Sequence[Act]) -> None:
        await self._session.foresee(acts)

    async def perform(self, act: Act, seconds: float) -> Answer:
        kept, self._kept = self._kept, None
        self.latest = kept if kept is not None else await self._session.perform(act, seconds)
        return self.latest

    async def close(self) -> None:
        await self._session.close()


class Played(Struct, frozen=True):
    """A step's outcome and the answer it was judged by."""

    outcome: StepOutcome
    answer: Answer


class Holding(Struct):
    """What the check has taken from the stage: locks by name, faults and their leases by number."""

    shared: set[str] = field(default_factory=set)
    exclusive: set[str] = field(default_factory=set)
    faults: dict[int, tuple[FaultOrder, ...]] = field(default_factory=dict)
    leases: dict[int, tuple[str, ...]] = field(default_factory=dict)
    count: int = 0


class PythonCheck:
    """Everything async about one test function; the words that tests say stand in front of it."""

    def __init__(self, hand: Stagehand, planned: PlannedCheck) -> None:
        self.hand = hand
        self.id = planned.id
        self.unique = Unique(hand.play.seed, planned.id)
        self.expectations = 0
        self._planned = planned
        self._play = hand.play
        self._trace = trace_of(hand.play.seed, planned.id, 1)
        self._holding = Holding()
        self._pending: StepOutcome | None = None
        self._began = hand.play.clock()
        self._conversation = Conversation(hand.play.cast, planned.id, self._trace, Whereabouts(hand.play.doors))

    async def begin(self) -> None:
        """Tell that the check starts; streams remember where they end now."""
        play = self._play
        play.publish(CheckPlanned(play.clock(), self._planned))
        play.publish(CheckStarted(play.clock(), self.id, 1, 1, ISOLATION, self._trace))
        for service in self.hand.system.services:
            await self._foresee(service.name, service.technology)

    async def _foresee(self, service: str, technology: str) -> None:
        streams = [
            verb
            for verb in self._play.cast.verbs.values()
            if verb.waits == "stream" and self._play.cast.technologies[verb.name] == technology
        ]
        topics = self._streams_of(service)
        if streams and topics:
            session = await self._conversation.session(technology, service)
            await session.foresee([Act(streams[0].name, topic) for topic in topics])

    def _streams_of(self, service: str) -> list[str]:
        named = set(self.hand.system.by_name[service].topics)
        for edge in self.hand.system.edges.values():
            if edge.target == service:
                named.update(edge.publishes, edge.consumes)
        return sorted(named)

    async def perform(self, step: Step, values: Mapping[str, Data], kept: Answer | None = None) -> Played:
        """Play one step; `kept` is an answer already there, judged before anything is asked again."""
        await self._share(step.on)
        technology = self._play.cast.technologies[step.verb]
        recorder = Recorder(await self._conversation.session(technology, step.on), kept)
        scope = {**self._play.values, "unique": self.unique, **values}
        verb = self._play.cast.verbs[step.verb]
        outcome = await play_step(
            StepOrder(step, verb, recorder, scope, self._play.timeout, self._play.renderer, self._play.clock)
        )
        self.expectations += outcome.expectations
        return Played(outcome, recorder.latest)

    def tell(self, outcome: StepOutcome, *, instead: bool = False) -> None:
        """Put a step into the journal, `instead` of the one told last where that was only asked and not yet judged."""
        if self._pending is not None and not instead:
            self._publish(self._pending)
        if self._pending is not None and instead:
            asked = self._pending
            outcome = replace(outcome, started_at=asked.started_at, duration_ms=asked.duration_ms + outcome.duration_ms)
        self._pending = outcome

    async def take_edge(self, edge: str) -> float:
        """Have an edge alone until the check ends; returns the moment from which what crosses it is this check's."""
        await self._hold_all_but({f"edge:{edge}"})
        return self._play.clock()

    async def inject(self, orders: tuple[FaultOrder, ...]) -> int:
        """Break edges that this check has alone; returns what `lift` takes."""
        holding = self._holding
        holding.count += 1
        holding.faults[holding.count] = orders
        holding.leases[holding.count] = await self._inject(orders)
        return holding.count

    async def lift(self, number: int) -> None:
        self._holding.faults.pop(number, None)
        for lease in self._holding.leases.pop(number, ()):
            await self._play.stage.lift(lease)

    async def _inject(self, orders: tuple[FaultOrder, ...]) -> tuple[str, ...]:
        return tuple([await self._play.stage.inject(order, FAULT_SECONDS, self.id) for order in orders])

    async def _hold_all_but(self, exclusive: set[str]) -> None:
        """Hold `exclusive` alone and share everything else, as locks must stay while a fault is in force.

        A further edge means holding anew: the faults in force are lifted for that moment, then ordered again.
        """
        holding = self._holding
        if exclusive <= holding.exclusive:
            return
        everything = {f"service:{name}" for name in self.hand.system.by_name}
        everything |= {f"edge:{name}" for name in self.hand.system.edges}
        await self._lift_all()
        await self._hold(everything, exclusive)
        for number, orders in holding.faults.items():
            holding.leases[number] = await self._inject(orders)

    async def _lift_all(self) -> None:
        for leases in self._holding.leases.values():
            for lease in leases:
                await self._play.stage.lift(lease)

    async def count(self, edge: str, since: float) -> int:
        return len(await self._play.stage.calls(edge, since))

    async def steer(self, service: str, verb: str) -> None:
        await self._hold_all_but({f"service:{service}"})
        await self._play.stage.steer(service, verb)

    async def logs(self, service: str) -> tuple[str, ...]:
        return tuple(line.text for line in await self._play.stage.logs(service, self._began))

    async def end(self, verdict: Verdict, why: str) -> str:
        """Give everything back, tell how the check ended; returns what went wrong in cleaning up."""
        trouble = await self._give_back()
        if self._pending is not None:
            self._publish(self._pending)
        if trouble and verdict is Verdict.PASSED:
            verdict, why = Verdict.FAILED, f"cleanup failed: {trouble}"
        play, at = self._play, self._play.clock()
        took = (at - self._began) * 1000
        play.publish(AttemptEnded(at, self.id, 1, verdict, took, why, trouble))
        play.publish(CheckEnded(at, self.id, verdict, took, 1, why))
        return trouble

    async def _give_back(self) -> str:
        await self._lift_all()
        trouble = await self._conversation.close()
        if self._holding.shared or self._holding.exclusive:
            await self._play.stage.unlock(self.id)
        return trouble

    async def _share(self, service: str) -> None:
        reach = self.hand.reaches.get(service)
        if reach is not None and f"service:{service}" not in self._holding.shared:
            names = {f"service:{name}" for name in reach.services} | {f"edge:{name}" for name in reach.edges}
            await self._hold(names, set())

    async def _hold(self, shared: set[str], exclusive: set[str]) -> None:
        """Widen what is held: all is let go first and taken anew at once, so that no two checks wait for each other."""
        holding = self._holding
        is_held = shared <= holding.shared | holding.exclusive and exclusive <= holding.exclusive
        if is_held or not self._play.is_stage_shared:
            return
        if holding.shared or holding.exclusive:
            await self._play.stage.unlock(self.id)
        holding.exclusive |= exclusive
        holding.shared = (holding.shared | shared) - holding.exclusive
        await self._play.stage.lock(self.id, LockWish(frozenset(holding.shared), frozenset(holding.exclusive)))

    def _publish(self, outcome: StepOutcome) -> None:
        self._play.publish(StepEnded(self._play.clock(), self.id, 1, outcome))
