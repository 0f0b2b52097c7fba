"""Steps that wait, against drivers that answer from a list."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from dovetail.check.renderer import Renderer
from dovetail.engine.asking import StepOrder
from dovetail.engine.demise import Demise, Demises
from dovetail.engine.step import play_step
from dovetail.engine.waiting import SIGHTINGS_KEPT
from dovetail.model.check import Step
from dovetail.model.data import Data
from dovetail.model.event import ServiceChanged
from dovetail.model.outcome import StepOutcome
from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.driver import Act, Answer

QUERY = Verb("store.query", Word("sql", "bound", ""), "")
NEXT = Verb("queue.next", Word("topic", "string", ""), "", waits="stream")


class Listed:
    """A session that answers from a list; after its end there is no further message."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.acts: list[Act] = []

    async def foresee(self, acts: Sequence[Act]) -> None:
        self.acts += acts

    async def perform(self, act: Act, seconds: float) -> Answer:
        self.acts.append(act)
        if self.answers:
            return self.answers.pop(0)
        await asyncio.sleep(min(seconds, 0.05))
        return Answer({"error": {"kind": "timeout"}}, error=f"nothing came within {seconds:g} s")

    async def close(self) -> None:
        self.answers.clear()


def play(
    step: Step, verb: Verb, session: Listed, scope: Mapping[str, Data] | None = None, demises: Demises | None = None
) -> StepOutcome:
    demise = Demise(demises, "db") if demises is not None else None
    order = StepOrder(step, verb, session, dict(scope or {}), 10.0, Renderer(), demise=demise)
    return asyncio.run(play_step(order))


def message(value: Data) -> Answer:
    return Answer({"value": value}, summary=str(value))


def test_a_stream_is_read_on_until_the_message_that_fits_with_the_same_act() -> None:
    session = Listed(message("a"), message("b"), message("c"))
    outcome = play(Step("queue.next", "q", "t", expect={"value": "b"}, within=5.0), NEXT, session)
    assert outcome.verdict == "passed"
    assert [sighting.saw for sighting in outcome.sightings] == ["a", "b"]
    assert session.acts[0] is session.acts[1]
    assert session.answers == [message("c")]


def test_a_stream_that_never_fits_tells_what_came_and_judges_the_last() -> None:
    step = Step("queue.next", "q", "t", expect={"value": "z"}, within=0.2)
    outcome = play(step, NEXT, Listed(message("a"), message("b")))
    assert outcome.verdict == "failed"
    assert [sighting.saw for sighting in outcome.sightings][:2] == ["a", "b"]
    assert outcome.mismatches[0].got == '"b"'


def test_a_silent_stream_says_that_nothing_came() -> None:
    session = Listed()
    outcome = play(Step("queue.next", "q", "t", expect={"value": "z"}, within=5.0), NEXT, session)
    assert "nothing came" in outcome.mismatches[0].got
    assert [sighting.saw for sighting in outcome.sightings] == [outcome.error]
    assert len(session.acts) == 1


def test_sightings_are_bounded_and_keep_first_and_last() -> None:
    session = Listed(*(message(number) for number in range(100)))
    outcome = play(Step("queue.next", "q", "t", expect={"value": 99}, within=5.0), NEXT, session)
    assert len(outcome.sightings) == 2 * SIGHTINGS_KEPT
    assert (outcome.sightings[0].saw, outcome.sightings[-1].saw) == ("0", "99")


def test_the_same_message_twice_is_two_sightings_of_a_stream() -> None:
    step = Step("queue.next", "q", "t", expect={"value": 2}, within=5.0)
    outcome = play(step, NEXT, Listed(message(1), message(1), message(2)))
    assert [sighting.saw for sighting in outcome.sightings] == ["1", "1", "2"]


def test_the_same_answer_twice_is_one_sighting_when_asked_again() -> None:
    session = Listed(message(1), message(1), message(1), message(2))
    outcome = play(Step("queue.next", "q", "t", expect={"value": 2}, within=5.0), replace(NEXT, waits="poll"), session)
    assert [sighting.saw for sighting in outcome.sightings] == ["1", "2"]


REFUSED = Answer({"error": {"kind": "refused"}}, error="refused")
ENDED = ServiceChanged(1.0, "db", "failed", detail="db exited with code 3")
TOLD = "db exited with code 3, so it was waited for no longer"


@pytest.fixture
def dead() -> Demises:
    demises = Demises()
    demises.hear(ENDED)
    return demises


def test_a_service_that_has_ended_is_asked_once_more_and_not_waited_for(dead: Demises) -> None:
    step = Step("store.query", "db", "select 1", expect={"value": 1}, within=60.0)
    session = Listed(message(0), REFUSED, REFUSED, message(1))
    outcome = play(step, QUERY, session, demises=dead)
    assert (outcome.verdict, outcome.mismatches[0].why) == ("failed", TOLD)
    assert [sighting.saw for sighting in outcome.sightings] == ["0", "refused"]
    assert len(session.answers) == 1


def test_what_a_service_left_behind_when_it_ended_is_heard_at_the_second_asking(dead: Demises) -> None:
    step = Step("store.query", "db", "select 1", expect={"value": 1}, within=60.0)
    assert play(step, QUERY, Listed(REFUSED, message(1)), demises=dead).verdict == "passed"


def test_what_still_answers_is_waited_for_whatever_is_told_of_its_process(dead: Demises) -> None:
    step = Step("store.query", "db", "select 1", expect={"value": 1}, within=5.0)
    answers = (message(0), message(0), REFUSED, message(0), REFUSED, message(1))
    assert play(step, QUERY, Listed(*answers), demises=dead).verdict == "passed"


def test_the_end_of_a_service_may_be_what_is_waited_for(dead: Demises) -> None:
    step = Step("store.query", "db", "select 1", expect={"error": {"kind": "refused"}}, within=5.0)
    outcome = play(step, QUERY, Listed(message(0), REFUSED), demises=dead)
    assert (outcome.verdict, outcome.mismatches) == ("passed", ())


class Silent(Listed):
    """A stream whose server ends once its messages have been read, and whose client goes on waiting."""

    def __init__(self, demises: Demises, *answers: Answer) -> None:
        super().__init__(*answers)
        self._demises = demises

    async def perform(self, act: Act, seconds: float) -> Answer:
        if self.answers:
            return await super().perform(act, seconds)
        asyncio.get_running_loop().call_soon(self._demises.hear, ENDED)
        await asyncio.sleep(seconds)
        return message("too late")


def test_a_stream_is_not_waited_for_once_its_server_has_ended() -> None:
    step = Step("queue.next", "db", "t", expect={"value": "b"}, within=60.0)
    demises = Demises()
    outcome = play(step, NEXT, Silent(demises), demises=demises)
    assert (outcome.verdict, outcome.error) == ("failed", "nothing came before its server ended")
    assert outcome.mismatches[0].why == TOLD
    assert outcome.duration_ms < 5_000


def test_of_a_stream_whose_server_has_ended_the_last_message_is_judged() -> None:
    step = Step("queue.next", "db", "t", expect={"value": "b"}, within=60.0)
    demises = Demises()
    outcome = play(step, NEXT, Silent(demises, message("a")), demises=demises)
    assert (outcome.mismatches[0].got, outcome.mismatches[0].why) == ('"a"', TOLD)
