"""One Python check as the engine sees an attempt: its locks, its sessions, its faults, its steps in the journal."""

import math
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from zlib import crc32

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.app.python.holding import Holding
from dovetail.app.python.stagehand import Stagehand
from dovetail.check.unique import Unique
from dovetail.engine.asking import StepOrder
from dovetail.engine.cleanup import give_back
from dovetail.engine.conversation import Conversation, Whereabouts
from dovetail.engine.demise import Demise
from dovetail.engine.plan import Job
from dovetail.engine.play import describe_doors, trace_of
from dovetail.engine.room import Room
from dovetail.engine.step import play_step
from dovetail.environment.selection import spell_lacking, tell_lacking
from dovetail.environment.stage import in_slice
from dovetail.errors import NotReadyError, Problem, SuiteError, UsageError
from dovetail.model.check import FaultOrder, Isolation, Step
from dovetail.model.data import Data
from dovetail.model.event import AttemptEnded, CheckEnded, CheckPlanned, CheckStarted, PlannedCheck, StepEnded
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.model.system import System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Session

CONFINED = frozenset({Isolation.ROLLBACK, Isolation.CLONE})


class Recorder:
    """A session that keeps the latest answer and hands out a kept one before it asks again, which it tells `hear`."""

    def __init__(self, session: Session, kept: Answer | None, hear: Callable[[], None]) -> None:
        self._session = session
        self._hear = hear
        self._kept = kept
        self.latest = Answer({})

    async def foresee(self, acts: Sequence[Act]) -> None:
        await self._session.foresee(acts)

    async def perform(self, act: Act, seconds: float) -> Answer:
        kept, self._kept = self._kept, None
        if kept is None:
            self._hear()
            kept = await self._session.perform(act, seconds)
        self.latest = kept
        return self.latest

    async def close(self) -> None:
        await self._session.close()


class Played(Struct, frozen=True):
    """A step's outcome and the answer it was judged by."""

    outcome: StepOutcome
    answer: Answer


class Faults(Struct):
    """What the check has broken: orders and those of their leases that are in force, by number."""

    orders: dict[int, tuple[FaultOrder, ...]] = field(default_factory=dict)
    leases: dict[int, list[str]] = field(default_factory=dict)
    count: int = 0


class Taken(Struct, frozen=True):
    """An edge that the check has alone: since when, and how many words it had said by then."""

    since: float
    words: int


class Gap(Struct, frozen=True):
    """A while in which a check had let go of its edges, so that others could use them."""

    began: float
    ended: float


class PythonCheck:
    """Everything async about one test function; the words that tests say stand in front of it."""

    def __init__(self, hand: Stagehand, planned: PlannedCheck, job: Job) -> None:
        self.hand = hand
        self.id = planned.id
        self.unique = Unique(hand.play.seed, planned.id)
        self.expectations = 0
        self._planned = planned
        self._play = hand.play
        self._trace = trace_of(hand.play.seed, planned.id, 1)
        self._job = job
        self._room = Room(hand.play, job, f"t{crc32(planned.id.encode()):08x}{hand.play.mark}")
        self._holding = Holding(hand.play.stage, planned.id, job.wish, _name_all(hand.system))
        self._faults = Faults()
        self._has_steered = False
        self._lack = ""
        self._words = 0
        self._taken: dict[str, Taken] = {}
        self._gaps: list[Gap] = []
        self._pending: StepOutcome | None = None
        self._began = hand.play.clock()
        self._conversation = Conversation(hand.play.cast, planned.id, self._trace, Whereabouts(hand.play.doors))
        self.doors = hand.play.doors
        self._values = hand.play.values

    async def begin(self) -> None:
        """Tell that the check starts; its isolation is set up, streams remember where they end now."""
        play = self._play
        play.publish(CheckPlanned(play.clock(), self._planned))
        play.publish(CheckStarted(play.clock(), self.id, 1, 1, self._job.choice.isolation.value, self._trace))
        try:
            await self._settle_in()
        except Exception as failure:
            await self.end(Verdict.INCONCLUSIVE, f"its isolation could not be set up: {failure}")
            raise

    async def _settle_in(self) -> None:
        play = self._play
        await self._holding.begin()
        private = await self._room.enter()
        if private or self._room.rolled_back:
            self.doors = {**play.doors, **private}
            self._values = {**play.values, **describe_doors(private)}
            where = Whereabouts(self.doors, self._room.rolled_back, self._room.slice_name)
            self._conversation = Conversation(play.cast, self.id, self._trace, where)
        for service in self.hand.system.services:
            if service.name not in self.hand.lacking:
                await self._foresee(service.name, service.technology)

    def require(self, service: str) -> None:
        """Raise where nobody can speak to a service; the check then ends inconclusive, whatever it makes of it."""
        if service in self.hand.lacking:
            self._lack = self._lack or spell_lacking(self.hand.environment, (service,))
            raise NotReadyError(tell_lacking(self.hand.environment, (service,)))

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
        technology = self._play.cast.technologies[step.verb]
        self._refuse_what_stays(step, technology)
        await self._share(step.on)
        recorder = Recorder(await self._conversation.session(technology, step.on), kept, self._count_word)
        scope = {**self._values, "unique": self.unique, **values}
        verb = self._play.cast.verbs[step.verb]
        order = StepOrder(step, verb, recorder, scope, self._play.timeout, self._play.renderer, self._play.clock)
        if step.within is not None and not self._has_steered:
            label = in_slice(step.on, self._room.slice_name)
            order = replace(order, demise=Demise(self._play.cast.demises, label))
        outcome = await play_step(order)
        self.expectations += outcome.expectations
        return Played(outcome, recorder.latest)

    def _count_word(self) -> None:
        self._words += 1

    def tell(self, outcome: StepOutcome, *, instead: bool = False) -> None:
        """Put a step into the journal, `instead` of the one told last where that was only asked and not yet judged."""
        if self._pending is not None and not instead:
            self._publish(self._pending)
        if self._pending is not None and instead:
            asked = self._pending
            outcome = replace(outcome, started_at=asked.started_at, duration_ms=asked.duration_ms + outcome.duration_ms)
        self._pending = outcome

    async def take_edge(self, edge: str) -> None:
        """Have an edge alone until the check ends: what crosses it from here on is this check's."""
        await self._hold_all_but(frozenset({f"edge:{edge}"}))
        if edge not in self._taken:
            self._taken[edge] = Taken(self._began if self._room.slice_name else self._play.clock(), self._words)

    async def inject(self, orders: tuple[FaultOrder, ...]) -> int:
        """Break edges that this check has alone, for as long as it plays; returns what `lift` takes.

        Only the end of this process would end it sooner, since the stage lifts what a client that is gone has broken.
        """
        faults = self._faults
        faults.count += 1
        number = faults.count
        faults.orders[number], faults.leases[number] = orders, []
        try:
            await self._inject(number)
        except BaseException:
            await self.lift(number)
            raise
        return number

    async def lift(self, number: int) -> None:
        self._faults.orders.pop(number, None)
        await self._lift(self._faults.leases.get(number, []))

    async def _inject(self, number: int) -> None:
        for order in self._faults.orders[number]:
            meant = replace(order, edge=in_slice(order.edge, self._room.slice_name))
            self._faults.leases[number].append(await self._play.stage.inject(meant, None, self.id))

    async def _lift(self, leases: list[str]) -> None:
        while leases:
            await self._play.stage.lift(leases.pop())

    async def _hold_all_but(self, exclusive: frozenset[str]) -> None:
        """Hold `exclusive` alone, as locks must stay while a fault is in force; in a slice all is the check's own."""
        if not self._room.slice_name:
            await self._holding.take(exclusive, self._letting_go)

    @asynccontextmanager
    async def _letting_go(self) -> AsyncIterator[None]:
        """Let others use what is held: the faults in force are lifted meanwhile, and what crosses is not counted."""
        for leases in self._faults.leases.values():
            await self._lift(leases)
        began, ended = self._play.clock(), math.inf
        try:
            yield
            ended = self._play.clock()
        finally:
            self._gaps.append(Gap(began, ended))
        for number in self._faults.orders:
            await self._inject(number)

    async def count(self, edge: str) -> int:
        """Count what crossed an edge since the check took it; raises where that is 0 for having been taken too late."""
        taken, label = self._taken[edge], in_slice(edge, self._room.slice_name)
        calls = await self._play.stage.calls(label, taken.since)
        number = sum(not any(gap.began <= call.started_at <= gap.ended for gap in self._gaps) for call in calls)
        is_late = not number and taken.words and taken.words == self._words
        if is_late and await self._play.stage.calls(label, self._began):
            what = f"nothing was said since {edge} was taken, and what crossed it before is not counted"
            raise UsageError(Problem(what, f'take it before you act: edge = shop.edge("{edge}") … edge.calls'))
        return number

    async def steer(self, service: str, verb: str) -> None:
        self._has_steered = True
        self._words += 1
        await self._hold_all_but(frozenset({f"service:{service}", f"process:{service}"}))
        await self._play.stage.steer(in_slice(service, self._room.slice_name), verb)

    async def logs(self, service: str) -> tuple[str, ...]:
        meant = in_slice(service, self._room.slice_name)
        return tuple(line.text for line in await self._play.stage.logs(meant, self._began))

    async def end(self, verdict: Verdict, why: str) -> str:
        """Give everything back, tell how the check ended; returns what went wrong in cleaning up."""
        if self._lack:
            verdict, why = Verdict.INCONCLUSIVE, self._lack
        trouble = await self._give_back(is_sound=verdict is Verdict.PASSED and not self._has_steered)
        if self._pending is not None:
            self._publish(self._pending)
        if trouble and verdict is Verdict.PASSED:
            verdict, why = Verdict.FAILED, f"cleanup failed: {trouble}"
        play, at = self._play, self._play.clock()
        took = (at - self._began) * 1000
        play.publish(AttemptEnded(at, self.id, 1, verdict, took, why, trouble))
        play.publish(CheckEnded(at, self.id, verdict, took, 1, why))
        return trouble

    async def _give_back(self, *, is_sound: bool) -> str:
        """Lift faults, close, leave the room, let go, each whatever became of the others; returns all that failed."""
        play, seconds = self._play, self._play.timeout
        trouble: list[str] = []
        for leases in self._faults.leases.values():
            while leases:
                trouble.append(await give_back(play, seconds, self._lift(leases)))
        trouble.append(await give_back(play, seconds, self._conversation.close()))
        trouble.append(await give_back(play, seconds, self._room.leave(is_sound=is_sound and not any(trouble))))
        trouble.append(await give_back(play, seconds, self._holding.end()))
        return "; ".join(text for text in trouble if text)

    async def _share(self, service: str) -> None:
        reach = self.hand.reaches.get(service)
        choice = self._job.choice
        is_own = bool(self._room.slice_name) or (choice.isolation is Isolation.CLONE and service in choice.data)
        if reach is not None and not is_own:
            names = {f"service:{name}" for name in reach.services} | {f"edge:{name}" for name in reach.edges}
            await self._holding.share(frozenset(names))

    def _refuse_what_stays(self, step: Step, technology: str) -> None:
        """Refuse to leave something behind where all is to be rolled back or ends with its copy."""
        choice = self._job.choice
        if choice.isolation not in CONFINED:
            return
        effect = self._play.cast.driver(technology).effect_of(Act(step.verb, step.subject, step.fields))
        is_inside = step.on in choice.data and not (
            effect is Effect.DISTURBS and choice.isolation is Isolation.ROLLBACK
        )
        if effect is not Effect.READS and not is_inside:
            what = f"isolation {choice.isolation}: what this does to {step.on} would stay"
            raise SuiteError(Problem(what, "use unique, reset or slice", step.place.file, step.place.line))

    def _publish(self, outcome: StepOutcome) -> None:
        self._play.publish(StepEnded(self._play.clock(), self.id, 1, outcome))


def _name_all(system: System) -> frozenset[str]:
    services = {f"service:{name}" for name in system.by_name}
    return frozenset(services | {f"edge:{name}" for name in system.edges})
