"""The environment in a test's hands: `shop.http("orders").post(…)`, `shop.edge("orders -> users").fault(…)`."""

import asyncio
from collections.abc import Callable, Generator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self

from dovetail.app.python.border import Border, is_async_caller
from dovetail.app.python.check import PythonCheck
from dovetail.app.python.said import Said
from dovetail.app.python.spot import caller_place
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.check import FaultOrder
from dovetail.model.data import Data
from dovetail.model.vocabulary import Verb
from dovetail.source.lexicon import Lexicon, edge_name
from dovetail.source.spoken import read_spoken_fault

BOUND = "bound"
INSTEAD = {
    "expect": "write .expect(status=200) behind it",
    "fault": 'break the edge around the question: with shop.edge("a -> b").fault(…):',
    "if": "ask where it is so: if …:",
    "on": 'speak to that service: shop.http("…")',
    "save": "keep the answer: answer = …, then answer.json",
}


class Environment:
    """One test's view of the running system; every technology and every alias of a verb is a word of it."""

    def __init__(self, border: Border, check: PythonCheck) -> None:
        self._border = border
        self._check = check

    @property
    def unique(self) -> "UniqueValues":
        return UniqueValues(self._check)

    @property
    def seed(self) -> str:
        return self._check.hand.play.seed

    def address(self, service: str) -> str:
        return str(self._check.doors[_known(self._check, service)])

    def edge(self, name: str) -> "EdgeHandle":
        edges = self._check.hand.system.edges
        name = edge_name(name)
        if name not in edges:
            raise _refuse(f"there is no edge {name!r}", suggest(name, edges))
        return EdgeHandle(self._border, self._check, name)

    def service(self, name: str) -> "ServiceHandle":
        return ServiceHandle(self._border, self._check, _known(self._check, name))

    def __getattr__(self, word: str) -> Callable[[str], "Caller"]:
        if word.startswith("_"):
            raise AttributeError(word)
        lexicon = self._check.hand.lexicon
        if word not in lexicon.technologies and word not in lexicon.verbs:
            raise AttributeError(f"nothing is named {word!r} here; {suggest(word, lexicon.technologies)}")

        def speak_to(service: str) -> Caller:
            return Caller(self._border, self._check, _known(self._check, service))

        return speak_to


class UniqueValues:
    """`unique.email`, `unique.id` … as attributes."""

    def __init__(self, check: PythonCheck) -> None:
        self._values = check.unique

    def __getattr__(self, word: str) -> Any:  # noqa: ANN401 - text or number, by the word
        try:
            return self._values[word]
        except KeyError:
            raise AttributeError(f"there is no unique.{word}; {suggest(word, self._values)}") from None


class Caller:
    """One service, spoken to in the verbs of its technology."""

    def __init__(self, border: Border, check: PythonCheck, service: str) -> None:
        self._border = border
        self._check = check
        self._service = service

    def __getattr__(self, word: str) -> Callable[..., Said]:
        if word.startswith("_"):
            raise AttributeError(word)
        verb, prefix = find_verb(self._check.hand.lexicon, self._technologies(), word)

        def say(subject: Data = None, **words: Data) -> Said:
            return self._say(verb, f"{prefix}{subject}" if prefix else subject, words)

        return say

    def _say(self, verb: Verb, subject: Data, words: Mapping[str, Data]) -> Said:
        known = {field.name for field in verb.fields}
        is_bound = verb.subject.kind == BOUND
        values = {name: value for name, value in words.items() if is_bound and name not in known}
        self._refuse_unheard(words.keys() - known - values.keys(), values.keys(), (subject, dict(words)))
        spoken = {verb.name: subject, "on": self._service}
        spoken.update((name, value) for name, value in words.items() if name not in values)
        return Said(self._border, self._check, verb, spoken).ask(values)

    def _refuse_unheard(self, words: AbstractSet[str], values: AbstractSet[str], spoken: Data) -> None:
        """Refuse what would be left out without a word: a step's own words, and values that nothing names."""
        for word in sorted(words & INSTEAD.keys()):
            raise _refuse(f"`{word}` is no word of a question asked in Python", INSTEAD[word])
        for name in sorted(values - self._check.hand.play.renderer.names_in(spoken)):
            raise _refuse(f"nothing here names the value {name!r}", f"write {{{{ {name} }}}} where it belongs")

    def _technologies(self) -> tuple[str, ...]:
        service = self._check.hand.system.by_name[self._service]
        return (service.technology, service.launched_by)


class EdgeHandle:
    """One edge, which the test has alone from here on: count what crosses it, break it."""

    def __init__(self, border: Border, check: PythonCheck, name: str) -> None:
        self._border = border
        self._check = check
        self.name = name
        border.wait(check.take_edge(name))

    def __repr__(self) -> str:
        return f"edge({self.name!r})"

    @property
    def calls(self) -> int:
        """How many exchanges the tap has seen since the test first took the edge; raises where that may be too few."""
        return self._border.wait(self._check.count(self.name))

    def fault(self, **words: Data) -> "FaultHandle":
        """Break the edge as `fault:` in YAML would; use it with `with`, or leave it to the end of the test."""
        hand = self._check.hand
        orders = read_spoken_fault(hand.system, hand.lexicon, {"on": self.name, **words}, caller_place())
        return FaultHandle(self._border, self._check, self, orders)


class FaultHandle:
    """A fault in force inside its `with` block, which is handed the edge."""

    def __init__(self, border: Border, check: PythonCheck, edge: EdgeHandle, orders: tuple[FaultOrder, ...]) -> None:
        self._border = border
        self._check = check
        self._edge = edge
        self._orders = orders
        self._number = 0

    def start(self) -> Self:
        """Break the edge until `stop` or the end of the test."""
        self._number = self._border.wait(self._check.inject(self._orders))
        return self

    def stop(self) -> None:
        self._border.wait(self._check.lift(self._number))

    def __enter__(self) -> EdgeHandle:
        self.start()
        return self._edge

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


class ServiceHandle:
    """One service's process: restart it, freeze it, read what it wrote."""

    def __init__(self, border: Border, check: PythonCheck, name: str) -> None:
        self._border = border
        self._check = check
        self.name = name

    @property
    def address(self) -> str:
        return str(self._check.doors[self.name])

    @property
    def logs(self) -> tuple[str, ...]:
        """The lines it wrote since the test began."""
        return self._border.wait(self._check.logs(self.name))

    def restart(self) -> "Steered":
        return self._steer("restart")

    def pause(self) -> "Steered":
        return self._steer("pause")

    def resume(self) -> "Steered":
        return self._steer("resume")

    def kill(self) -> "Steered":
        return self._steer("kill")

    def _steer(self, verb: str) -> "Steered":
        work = self._check.steer(self.name, verb)
        begun = self._border.begin(work)
        if not is_async_caller():
            begun.result()
        return Steered(begun)


class Steered:
    """Nothing to know but that it is done; awaited in an async test."""

    def __init__(self, work: Future[None]) -> None:
        self._work = work

    def __await__(self) -> Generator[Any, None, None]:
        yield from asyncio.wrap_future(self._work).__await__()


def find_verb(lexicon: Lexicon, technologies: tuple[str, ...], word: str) -> tuple[Verb, str]:
    """Return the verb that a method's name means, and what it puts before the subject."""
    verbs = {
        meaning.verb.name: meaning.verb
        for meanings in lexicon.verbs.values()
        for meaning in meanings
        if meaning.technology in technologies
    }
    for verb in verbs.values():
        if word in verb.prefixes:
            return verb, f"{word.upper()} "
        if word == verb.name.rpartition(".")[2] or word in verb.aliases:
            return verb, ""
    known = {name.rpartition(".")[2] for name in verbs} | {p for verb in verbs.values() for p in verb.prefixes}
    raise AttributeError(f"{technologies[0]} has no verb {word!r}; {suggest(word, known)}")


def _known(check: PythonCheck, service: str) -> str:
    services = check.hand.system.by_name
    if service not in services:
        raise _refuse(f"there is no service {service!r}", suggest(service, services))
    check.require(service)
    return service


def _refuse(what: str, now: str) -> UsageError:
    place = caller_place()
    return UsageError(Problem(what, now, place.file, place.line))
