"""Sessions are opened once for each service, told what comes, and all closed."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from dovetail.engine.conversation import Conversation, Whereabouts
from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.check import Fragment, Step, Together
from dovetail.model.vocabulary import Verb, Word
from dovetail.plugin.driver import Act, Answer, Target

Make = Callable[..., Any]


@dataclass
class Listening:
    """A session that remembers what it was told."""

    target: Target
    foreseen: list[Act] = field(default_factory=list)
    is_closed: bool = False

    async def foresee(self, acts: Sequence[Act]) -> None:
        self.foreseen += acts

    async def perform(self, act: Act, seconds: float) -> Answer:
        return Answer({"act": act.verb, "seconds": seconds})

    async def close(self) -> None:
        self.is_closed = True
        if self.target.service == "stubborn":
            raise StageError("it will not close")


@dataclass
class Troupe:
    """A cast of one technology whose verb `next` is a stream."""

    sessions: list[Listening] = field(default_factory=list)
    verbs: dict[str, Verb] = field(
        default_factory=lambda: {
            "next": Verb("next", Word("topic", "string", ""), "", waits="stream"),
            "ask": Verb("ask", Word("what", "string", ""), ""),
        }
    )
    technologies: dict[str, str] = field(default_factory=lambda: {"next": "queue", "ask": "queue"})

    def driver(self, technology: str) -> "Troupe":
        assert technology == "queue"
        return self

    async def connect(self, target: Target) -> Listening:
        self.sessions.append(Listening(target))
        return self.sessions[-1]


def converse(*actions: Any, rolled_back: frozenset[str] = frozenset()) -> tuple[list[Listening], str]:
    troupe = Troupe()
    doors = {"events": Address("h", 1)}
    where = Whereabouts(doors, rolled_back, "w1")
    conversation = Conversation(troupe, "c", "t", where)  # type: ignore[arg-type]  # a cast in what counts

    async def speak() -> str:
        await conversation.foresee(actions)
        for service in ("events", "events", "stubborn"):
            await conversation.session("queue", service)
        return await conversation.close()

    return troupe.sessions, asyncio.run(speak())


def test_streams_hear_beforehand_what_will_come_and_others_need_not() -> None:
    steps = (Step("next", "events", "a"), Step("ask", "events", "x"), Fragment("f", (Step("next", "events", "b"),)))
    sessions, _ = converse(*steps, Together((Step("next", "events", "c"),)))
    assert [act.subject for act in sessions[0].foreseen] == ["a", "b"]
    assert [act.subject for act in sessions[1].foreseen] == ["c"]


def test_a_service_is_spoken_to_over_one_session_and_all_are_closed() -> None:
    sessions, trouble = converse(rolled_back=frozenset({"events"}))
    assert [session.target.service for session in sessions] == ["events", "stubborn"]
    assert [session.target.is_rolled_back for session in sessions] == [True, False]
    assert {session.target.slice_name for session in sessions} == {"w1"}
    assert all(session.is_closed for session in sessions)
    assert trouble == "it will not close"
