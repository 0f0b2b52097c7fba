"""An answer in a test's hands: its facets, and `expect` in the words of the YAML language."""

import asyncio
from collections.abc import Coroutine, Generator, Mapping
from concurrent.futures import Future
from typing import Any

from msgspec.structs import replace

from dovetail.app.python.border import Border, is_async_caller
from dovetail.app.python.check import Played, PythonCheck
from dovetail.app.python.spot import caller_place
from dovetail.model.check import Step
from dovetail.model.data import Data
from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.model.vocabulary import Verb
from dovetail.plugin.driver import Answer
from dovetail.source.spoken import read_spoken_step

STREAM = "stream"


class ExpectationError(AssertionError):
    """An expectation that did not hold, told as the console tells it."""


class Said:
    """What was asked and, once it is there, what was answered.

    A question is asked when it is said; a stream is read when an expectation or a facet wants its next message.
    In an async test everything that waits is awaited: `answer = await …`, `await answer.expect(…, within="5s")`.
    """

    def __init__(self, border: Border, check: PythonCheck, verb: Verb, words: Mapping[str, Data]) -> None:
        self._border = border
        self._check = check
        self._verb = verb
        self._words = words
        self._values: Mapping[str, Data] = {}
        self._answer: Answer | None = None
        self._failure: BaseException | None = None
        self._work: Future[None] | None = None

    def ask(self, values: Mapping[str, Data]) -> "Said":
        """Ask at once, unless the answer is a stream's next message."""
        self._values = values
        self._step = self._read({})
        if self._verb.waits == STREAM:
            return self
        return self._do(self._ask())

    def expect(self, *, within: Data = None, **facets: Data) -> "Said":
        """Judge the answer; with `within`, ask again until it holds or the time is over."""
        words: dict[str, Data] = {"expect": facets}
        if within is not None:
            words["within"] = within
        step = self._read(words)
        self._settle()
        if self._answer is not None and within is None:
            self._work = self._border.begin(self._judge(step))
            self._settle()
            return self
        return self._do(self._judge(step))

    def __await__(self) -> Generator[Any, None, "Said"]:
        if self._work is not None:
            yield from asyncio.wrap_future(self._work).__await__()
        self._settle()
        return self

    def __getattr__(self, facet: str) -> Any:  # noqa: ANN401 - a facet is whatever the server said
        if facet.startswith("_"):
            raise AttributeError(facet)
        known = [word.name for word in self._verb.facets]
        if facet not in known:
            raise AttributeError(f"an answer to {self._verb.name} has no {facet!r}; it has {', '.join(known)}")
        return self.facets.get(facet)

    @property
    def facets(self) -> Mapping[str, Data]:
        if self._verb.waits == STREAM and self._work is None and self._answer is None:
            self._work = self._border.begin(self._ask())
        self._settle()
        return (self._answer or Answer({})).facets

    def __repr__(self) -> str:
        if self._answer is None:
            return f"<{self._verb.name}: not answered yet>"
        return f"<{self._answer.request} → {self._answer.summary or self._answer.error}>"

    def _do(self, work: Coroutine[object, object, None]) -> "Said":
        self._work = self._border.begin(work)
        if not is_async_caller():
            self._settle()
        return self

    def _settle(self) -> None:
        """Wait for what is under way, and raise what came of it."""
        work, self._work = self._work, None
        if work is not None:
            work.result()
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure

    def _read(self, more: Mapping[str, Data]) -> Step:
        hand = self._check.hand
        return read_spoken_step(hand.system, hand.lexicon, {**self._words, **more}, caller_place())

    async def _ask(self) -> None:
        played = await self._check.perform(self._step, self._values)
        self._answer = played.answer
        mistake = played.outcome.error and not played.answer.error
        if mistake:
            self._failure = ExpectationError(played.outcome.error)
        is_unanswered = bool(played.answer.error)
        asked = replace(played.outcome, verdict=Verdict.PASSED, mismatches=()) if is_unanswered else played.outcome
        self._check.tell(asked)

    async def _judge(self, step: Step) -> None:
        was_asked = self._answer is not None
        played: Played = await self._check.perform(step, self._values, self._answer)
        self._answer = played.answer
        self._check.tell(played.outcome, instead=was_asked)
        if played.outcome.verdict is not Verdict.PASSED:
            self._failure = ExpectationError(tell_outcome(played.outcome))


def tell_outcome(outcome: StepOutcome) -> str:
    """Say what did not hold, in a few lines."""
    rows = [f"{outcome.request} → {outcome.answer or outcome.error}"]
    for mismatch in outcome.mismatches:
        rows.append(f"  {mismatch.path}")
        rows.append(f"    expected {mismatch.expected}, got {mismatch.got}")
        if mismatch.why:
            rows.append(f"    {mismatch.why}")
    if not outcome.mismatches and outcome.error:
        rows.append(f"  {outcome.error}")
    rows += [f"  after {sighting.at:.3f} s saw {sighting.saw}" for sighting in outcome.sightings]
    return "\n".join(rows)
