"""The vocabulary arranged for looking words up; built once for each reading."""

import re
from functools import cached_property

from msgspec import Struct

from dovetail.model.system import Service
from dovetail.model.vocabulary import FaultWord, Verb, Vocabulary, Word
from dovetail.source.grammar import EXPECT_ERROR, EXPECT_WITHIN, STEP

ARROW = r"\s*->\s*"
REFERENCES = frozenset({"service", "edge"})


def edge_name(written: str) -> str:
    """Return `a->b`, however spaced, as `a -> b`."""
    return re.sub(ARROW, " -> ", written.strip())


class Meaning(Struct, frozen=True, dict=True):
    """What a step's first key means in one technology."""

    technology: str
    verb: Verb

    @property
    def is_of_the_stage(self) -> bool:
        """A verb whose subject names a part of the system acts on the stage, not on the service of `on`."""
        return self.verb.subject.name in REFERENCES

    @cached_property
    def words(self) -> tuple[str, ...]:
        return (self.verb.name, *self.verb.aliases)

    @cached_property
    def fields(self) -> dict[str, Word]:
        return {word.name: word for word in self.verb.fields}

    @cached_property
    def facets(self) -> frozenset[str]:
        return frozenset(word.name for word in self.verb.facets)

    @cached_property
    def expected(self) -> frozenset[str]:
        """What `expect` may name: the answer's facets, and what every answer has."""
        return self.facets | {EXPECT_WITHIN.name, EXPECT_ERROR.name}

    @cached_property
    def step_words(self) -> tuple[Word, ...]:
        """The keys of every step that this one may have: what acts on the stage speaks to no service."""
        return tuple(word for word in STEP.words if word.name != "on" or not self.is_of_the_stage)

    @cached_property
    def keys(self) -> frozenset[str]:
        return frozenset((*self.words, *self.fields, *(word.name for word in self.step_words)))

    def fits(self, service: Service) -> bool:
        return self.technology in (service.technology, service.launched_by)


class Lexicon:
    """Finds technologies, verbs and faults by any of their names."""

    def __init__(self, words: Vocabulary) -> None:
        self.scopes = words.scopes
        self.technologies: dict[str, str] = {}
        self.verbs: dict[str, tuple[Meaning, ...]] = {}
        self.faults: dict[str, FaultWord] = {}
        for technology in words.technologies:
            meanings = [Meaning(technology.name, verb) for verb in technology.verbs]
            for meaning in meanings:
                for word in meaning.words:
                    self.verbs[word] = (*self.verbs.get(word, ()), meaning)
            if not meanings or not all(meaning.is_of_the_stage for meaning in meanings):
                self.technologies.update(dict.fromkeys((technology.name, *technology.aliases), technology.name))
        for fault in words.faults:
            self.faults[fault.name] = fault
