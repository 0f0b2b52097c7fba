"""A step that waits: it asks until its expectations hold, its time is over or nothing can help it any more.

Called by the step.
"""

import asyncio
import time
from collections import deque

from msgspec.structs import replace

from dovetail.check.case import Judgement
from dovetail.engine.asking import StepOrder, ask, weigh_answer
from dovetail.model.outcome import Sighting
from dovetail.plugin.driver import Act, Answer

FIRST_PAUSE = 0.005
LONGEST_PAUSE = 0.25
PAUSE_GROWTH = 1.6
SIGHTINGS_KEPT = 10

# What the last asking gets when the time is all but over: an answer that is there wants to be heard.
LAST_ANSWER = 0.25
LAST_MOMENT = 0.001


class Sightings:
    """What was seen while waiting: the first and the last, and each only once where the same comes again."""

    def __init__(self, *, is_stream: bool) -> None:
        self._first: list[Sighting] = []
        self._last: deque[Sighting] = deque(maxlen=SIGHTINGS_KEPT)
        self._is_stream = is_stream
        self._latest = ""

    def __bool__(self) -> bool:
        return bool(self._first)

    def add(self, at: float, answer: Answer) -> None:
        saw = answer.error or answer.summary
        if saw != self._latest or self._is_stream:
            (self._first if len(self._first) < SIGHTINGS_KEPT else self._last).append(Sighting(at, saw))
            self._latest = saw

    def told(self) -> tuple[Sighting, ...]:
        return (*self._first, *self._last)


async def wait(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement, tuple[Sighting, ...]]:
    """Read a stream on, ask anything else again; judge the last that came.

    A service that has ended is asked once more, since what it sent before may be heard late.
    """
    began = time.perf_counter()
    is_stream = order.verb.waits == "stream"
    patience = LAST_MOMENT if is_stream else LAST_ANSWER
    sightings, pause, was_dead = Sightings(is_stream=is_stream), FIRST_PAUSE, False
    answer, judgement = Answer({}), Judgement(0, ())
    while True:
        left = max(seconds - (time.perf_counter() - began), patience)
        latest, judged = await (_listen if is_stream else ask)(order, act, left)
        at = time.perf_counter() - began
        has_stream_ended = is_stream and bool(latest.error)
        if not (has_stream_ended and sightings):
            answer, judgement = latest, judged
        sightings.add(at, latest)
        why = order.demise.tell() if order.demise is not None and latest.error else ""
        is_hopeless = has_stream_ended or latest.is_final or (bool(why) and was_dead)
        if not judged.mismatches or is_hopeless or at >= seconds:
            return answer, _explain(judgement, why), sightings.told()
        was_dead = bool(why)
        if not is_stream:
            await asyncio.sleep(min(pause, max(0.0, seconds - at)))
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE)


async def _listen(order: StepOrder, act: Act, seconds: float) -> tuple[Answer, Judgement]:
    """Wait for a stream's next message for as long as there is somebody to send it."""
    if order.demise is None:
        return await ask(order, act, seconds)
    patience = asyncio.timeout(None)
    try:
        async with patience:
            with order.demise.watch(patience):
                return await ask(order, act, seconds)
    except TimeoutError:
        if not patience.expired():
            raise
        message = "nothing came before its server ended"
        answer = Answer({"error": {"kind": "closed", "message": message}}, error=message)
        return answer, weigh_answer(order, answer, 0.0)


def _explain(judgement: Judgement, why: str) -> Judgement:
    if not why or not judgement.mismatches:
        return judgement
    head, *rest = judgement.mismatches
    return replace(judgement, mismatches=(replace(head, why=f"{head.why}; {why}" if head.why else why), *rest))
