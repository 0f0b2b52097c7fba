"""One attempt at a check: room, faults, steps, then cleanup that always runs. Called by retry."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence

from msgspec.structs import replace

from dovetail.engine.asking import StepOrder
from dovetail.engine.cleanup import GRACE, give_back
from dovetail.engine.condition import holds
from dovetail.engine.conversation import Conversation, Whereabouts
from dovetail.engine.demise import Demise, is_steered
from dovetail.engine.plan import Job
from dovetail.engine.play import Play, fill_scope, trace_of
from dovetail.engine.room import Room
from dovetail.engine.step import name_step, play_step
from dovetail.environment.stage import in_slice
from dovetail.errors import StageError, StageLostError, SuiteError
from dovetail.errors.cause import first_cause
from dovetail.model.address import Address
from dovetail.model.check import Action, Check, FaultOrder, Fragment, Step, Together, names_saved, steps_of
from dovetail.model.data import Data
from dovetail.model.event import AttemptEnded, CheckStarted, StepEnded
from dovetail.model.outcome import StepOutcome, Verdict

Ending = tuple[Verdict, str]


class Attempt:
    """Holds what one attempt opened, so that all of it is given back."""

    def __init__(self, play: Play, job: Job, check: Check, number: int, agent: int) -> None:
        self._play = play
        self._job = job
        self._check = check
        self._number = number
        self._agent = agent
        self._limit = check.timeout or play.timeout
        self._deadline = 0.0
        self._leases: list[str] = []
        self._expectations = 0
        self._current: tuple[Step, float] | None = None
        self._scope: dict[str, Data] = {}
        self._private: Mapping[str, Address] = {}
        self._room = Room(play, job, f"c{job.number}a{number}{play.mark}", number)
        self._conversation: Conversation | None = None

    async def run(self) -> AttemptEnded:
        play, check = self._play, self._check
        trace = trace_of(play.seed, check.id, self._number)
        isolation = self._job.choice.isolation.value
        play.publish(CheckStarted(play.clock(), check.id, self._number, self._agent, isolation, trace))
        began = time.perf_counter()
        verdict, why = await self._play_to_ending(trace)
        cleanup_failed = await self._give_back(is_sound=verdict is Verdict.PASSED)
        took = (time.perf_counter() - began) * 1000
        ended = AttemptEnded(play.clock(), check.id, self._number, verdict, took, why, cleanup_failed)
        play.publish(ended)
        return ended

    async def _play_to_ending(self, trace: str) -> Ending:
        self._deadline = time.perf_counter() + self._limit
        try:
            with self._play.stop.limit(self._limit + GRACE):
                return await self._play_whole(trace)
        except TimeoutError:
            return self._tell_broken_off()
        except StageLostError as failure:
            self._play.stop.set(failure.problems[0].what, halts=True)
            return Verdict.INCONCLUSIVE, failure.problems[0].what
        except StageError as failure:
            return Verdict.INCONCLUSIVE, f"the environment failed: {failure}"
        except SuiteError as mistake:
            return Verdict.FAILED, str(mistake)
        except Exception as mistake:  # noqa: BLE001 - whatever breaks in us ends this attempt, not the run
            return Verdict.INCONCLUSIVE, self._play.own_up(mistake)

    async def _play_whole(self, trace: str) -> Ending:
        private = self._private = await self._room.enter()
        doors = {**self._play.doors, **private} if private else self._play.doors
        if self._job.has_slots:
            self._scope = fill_scope(self._play, self._check, self._number, private)
        if not holds(self._check.condition, self._scope, self._play.renderer):
            return Verdict.SKIPPED, f"its condition does not hold: {self._check.condition}"
        where = Whereabouts(doors, self._room.rolled_back, self._room.slice_name)
        self._conversation = Conversation(self._play.cast, self._check.id, trace, where)
        await self._conversation.foresee(self._check.actions)
        if self._check.faults:
            await self._inject(self._check.faults, self._leases)
        if not await self._play_all(self._check.actions, self._scope):
            await self._play.stage.states()  # a check is not blamed for a stage that is gone
            return Verdict.FAILED, ""
        if not self._expectations:
            return Verdict.INCONCLUSIVE, "no expectation was evaluated"
        return Verdict.PASSED, ""

    async def _play_all(self, actions: Sequence[Action], scope: dict[str, Data]) -> bool:
        """Play actions in order until one fails."""
        for action in actions:
            if isinstance(action, Step):
                passed = not _has_failed(await self._play_one(action, scope))
            elif isinstance(action, Together):
                passed = await self._play_together(action, scope)
            else:
                passed = await self._play_fragment(action, scope)
            if not passed:
                return False
        return True

    async def _play_one(
        self, step: Step, scope: dict[str, Data], lane: int = 0, *, is_cleanup: bool = False
    ) -> StepOutcome:
        if not holds(step.condition, scope, self._play.renderer):
            return self._leave_out(step, f"not when {step.condition}", is_cleanup=is_cleanup)
        if not step.faults:
            return await self._play_plain(step, scope, lane, is_cleanup=is_cleanup)
        leases: list[str] = []
        try:
            await self._inject(step.faults, leases)
            return await self._play_plain(step, scope, lane, is_cleanup=is_cleanup)
        finally:
            await self._lift(leases)

    async def _play_plain(self, step: Step, scope: dict[str, Data], lane: int, *, is_cleanup: bool) -> StepOutcome:
        self._current = (step, time.perf_counter())
        left = self._limit if is_cleanup else max(0.001, self._deadline - time.perf_counter())
        outcome = await self._perform(step, scope, lane, left, is_cleanup=is_cleanup)
        self._expectations += outcome.expectations
        self._publish(outcome)
        self._current = None
        return outcome

    async def _play_together(self, action: Together, scope: dict[str, Data]) -> bool:
        conversation = self._speaking()
        for lane, step in enumerate(action.steps, 1):
            await conversation.session(self._play.cast.technologies[step.verb], step.on, lane)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._play_one(step, scope, lane), name=f"{self._check.id} together {lane}")
                    for lane, step in enumerate(action.steps, 1)
                ]
        except BaseExceptionGroup as several:
            raise first_cause(several) from several
        return not any(_has_failed(task.result()) for task in tasks)

    async def _play_fragment(self, action: Fragment, scope: dict[str, Data]) -> bool:
        inner = self._scope_within(action, scope)
        if not await self._play_all(action.actions, inner):
            return False
        _hand_out(action, inner, scope)
        return True

    def _scope_within(self, action: Fragment, scope: dict[str, Data]) -> dict[str, Data]:
        inputs = self._play.renderer.render(action.inputs, scope, action.place)
        inner = fill_scope(self._play, self._check, self._number, self._private)
        inner.update(inputs if isinstance(inputs, Mapping) else {})
        return inner

    async def _perform(
        self, step: Step, scope: dict[str, Data], lane: int, seconds: float, *, is_cleanup: bool
    ) -> StepOutcome:
        cast = self._play.cast
        session = await self._speaking().session(cast.technologies[step.verb], step.on, lane)
        verb = cast.verbs[step.verb]
        play, is_plain = self._play, not self._job.has_slots
        order = StepOrder(step, verb, session, scope, seconds, play.renderer, play.clock, is_cleanup, None, is_plain)
        if step.within is not None and not is_steered(self._check, step.on):
            order = replace(order, demise=Demise(cast.demises, in_slice(step.on, self._room.slice_name)))
        return await play_step(order)

    async def _give_back(self, *, is_sound: bool) -> str:
        """Lift faults, clean up, close, leave the room, each whatever became of the others; returns all that failed."""
        trouble: list[str] = []
        while self._leases:
            trouble.append(await self._try(self._lift(self._leases)))
        if self._conversation is not None:
            if self._check.cleanup:
                trouble.append(await self._try(self._clean_up()))
            trouble.append(await self._try(self._conversation.close()))
        if not self._room.is_bare:
            trouble.append(await self._try(self._room.leave(is_sound=is_sound and not any(trouble))))
        return "; ".join(text for text in trouble if text)

    async def _try(self, work: Coroutine[None, None, str | None]) -> str:
        return await give_back(self._play, self._limit, work)

    async def _clean_up(self) -> str:
        saved = names_saved((*self._check.actions, *self._check.cleanup))
        return "; ".join(await self._clean_up_by(self._check.cleanup, self._scope, saved))

    async def _clean_up_by(self, actions: Sequence[Action], scope: dict[str, Data], saved: frozenset[str]) -> list[str]:
        """Play all actions whatever fails; what names a value of `saved` that the scope lacks has nothing to clean."""
        trouble: list[str] = []
        for action in actions:
            if isinstance(action, Fragment):
                trouble += await self._clean_up_within(action, scope, saved)
                continue
            for step in steps_of((action,)):
                trouble.append(await self._try(self._clean_up_one(step, scope, saved)))
        return [text for text in trouble if text]

    async def _clean_up_one(self, step: Step, scope: dict[str, Data], saved: frozenset[str]) -> str:
        unsaved = self._names_in(step.condition, step.subject, step.fields) & saved - scope.keys()
        if unsaved:
            why = f"nothing to clean: {', '.join(sorted(unsaved))} was never saved"
            self._leave_out(step, why, is_cleanup=True)
            return ""
        outcome = await self._play_one(step, scope, is_cleanup=True)
        return f"{outcome.request}: {_first_reason(outcome)}" if _has_failed(outcome) else ""

    async def _clean_up_within(self, action: Fragment, scope: dict[str, Data], saved: frozenset[str]) -> list[str]:
        """Play a fragment's cleanup; without what its inputs name, they are values that were never saved."""
        is_open = not self._names_in(action.inputs) & saved - scope.keys()
        inner = self._scope_within(action if is_open else replace(action, inputs={}), scope)
        trouble = await self._clean_up_by(action.actions, inner, names_saved(action.actions) | action.inputs.keys())
        _hand_out(action, inner, scope)
        return trouble

    async def _inject(self, orders: Sequence[FaultOrder], leases: list[str]) -> None:
        for order in orders:
            try:
                meant = replace(order, edge=in_slice(order.edge, self._room.slice_name))
                lease = await self._play.stage.inject(meant, self._limit + GRACE, self._check.id)
            except SuiteError as refusal:
                raise StageError(*refusal.problems) from refusal
            leases.append(lease)

    async def _lift(self, leases: list[str]) -> None:
        while leases:
            await self._play.stage.lift(leases.pop())

    def _names_in(self, *words: Data) -> frozenset[str]:
        return frozenset().union(*(self._play.renderer.names_in(word) for word in words))

    def _speaking(self) -> Conversation:
        if self._conversation is None:
            raise RuntimeError("a step was played before its attempt could speak")
        return self._conversation

    def _tell_broken_off(self) -> Ending:
        stop = self._play.stop
        why = stop.why if stop.halts else f"timed out after {self._limit:g} s"
        if self._current is not None:
            step, began = self._current
            took = time.perf_counter() - began
            self._publish(_unplayed(step, self._play.clock() - took, Verdict.FAILED, why, duration_ms=took * 1000))
        return (Verdict.INCONCLUSIVE if stop.halts else Verdict.FAILED), why

    def _leave_out(self, step: Step, why: str, *, is_cleanup: bool) -> StepOutcome:
        outcome = _unplayed(step, self._play.clock(), Verdict.SKIPPED, why, is_cleanup=is_cleanup)
        self._publish(outcome)
        return outcome

    def _publish(self, outcome: StepOutcome) -> None:
        self._play.publish(StepEnded(self._play.clock(), self._check.id, self._number, outcome))


def _has_failed(outcome: StepOutcome) -> bool:
    return outcome.verdict is Verdict.FAILED


def _hand_out(action: Fragment, inner: Mapping[str, Data], scope: dict[str, Data]) -> None:
    scope.update({outer: inner[name] for outer, name in action.outputs.items() if name in inner})


def _first_reason(outcome: StepOutcome) -> str:
    if outcome.error:
        return outcome.error
    return next((f"{m.path}: expected {m.expected}, got {m.got}" for m in outcome.mismatches), "failed")


def _unplayed(
    step: Step, at: float, verdict: Verdict, why: str, *, is_cleanup: bool = False, duration_ms: float = 0.0
) -> StepOutcome:
    return StepOutcome(
        step.name,
        step.verb,
        step.on,
        verdict,
        at,
        duration_ms,
        error=why,
        request=name_step(step),
        is_cleanup=is_cleanup,
        place=step.place,
    )
