"""One step: its verb, the service it speaks to, what is expected; called by the reader of actions."""

import re
from collections.abc import Mapping
from typing import cast

from dovetail.errors.nearest import suggest
from dovetail.model.check import FaultOrder, Step
from dovetail.model.data import Data, Place, Table
from dovetail.model.system import System
from dovetail.model.vocabulary import Word
from dovetail.source.entry import read_closed, read_value
from dovetail.source.fault import FaultReader
from dovetail.source.grammar import EXPECT_WITHIN, STEP, TOGETHER
from dovetail.source.lexicon import Lexicon, Meaning, edge_name
from dovetail.source.mistake import Mistakes

FACET = r"[A-Za-z_][A-Za-z0-9_]*"
CONVERTED = frozenset({"number", "int", "bool", "duration", "size", "share", "names", "texts"})
WORDS = STEP.by_name
NOTHING = Table()


class StepReader:
    def __init__(self, system: System, lexicon: Lexicon, mistakes: Mistakes) -> None:
        self._system = system
        self._lexicon = lexicon
        self._mistakes = mistakes
        self._faults = FaultReader(system, lexicon, mistakes)

    def read(self, table: Table, place: Place, default_on: str) -> Step | None:
        """Read the step in `table`, which speaks to `default_on` unless it says otherwise."""
        word = self._find_verb(table, place)
        if word is None:
            return None
        meaning, on = self._choose(table, word, default_on)
        if meaning is None:
            return None
        if not table.keys() <= meaning.keys:
            self._refuse_keys(table, word, meaning)
        subject = self._read_subject(table, word, meaning)
        return Step(
            meaning.verb.name,
            on,
            subject,
            self._read_fields(table, meaning),
            self._read_expect(table, meaning),
            self._read_save(table, meaning),
            self._seconds(table),
            self._text(table, "name"),
            self._text(table, "if"),
            self.read_faults(table),
            place,
        )

    def read_faults(self, table: Table) -> tuple[FaultOrder, ...]:
        return self._faults.read(table["fault"], table.place_of_value("fault")) if "fault" in table else ()

    def _find_verb(self, table: Table, place: Place) -> str | None:
        for key in table:
            if key in self._lexicon.verbs:
                return key
        unknown = [key for key in table if key not in WORDS]
        if not unknown:
            self._mistakes.add(
                place, "this step does nothing", f"begin it with a verb: {suggest('', self._lexicon.verbs)}"
            )
            return None
        key = unknown[0]
        if key in STEP.later:
            self._mistakes.add(table.place_of_key(key), f"`{key}` is not built yet", "leave it out for now")
            return None
        choices = {*self._lexicon.verbs, *TOGETHER.by_name, "use"}
        self._mistakes.add(table.place_of_key(key), f"there is no verb `{key}`", suggest(key, choices))
        return None

    def _choose(self, table: Table, word: str, default_on: str) -> tuple[Meaning | None, str]:
        """Choose the technology that `word` means by the service it is done on."""
        meanings = self._lexicon.verbs[word]
        if meanings[0].is_of_the_stage:
            return meanings[0], ""
        services = self._system.by_name
        explicit = table.get("on")
        on = explicit if isinstance(explicit, str) else default_on
        if "on" in table and on not in services:
            self._mistakes.add(table.place_of_value("on"), f"there is no service `{on}`", suggest(on, services))
            return None, ""
        if on in services:
            for meaning in meanings:
                if meaning.fits(services[on]):
                    return meaning, on
        fitting = [
            (meaning, name) for name, service in services.items() for meaning in meanings if meaning.fits(service)
        ]
        if "on" not in table and len(fitting) == 1:
            return fitting[0]
        self._refuse_service(table, word, on, [name for _, name in fitting])
        return None, ""

    def _refuse_service(self, table: Table, word: str, on: str, fitting: list[str]) -> None:
        technologies = " or ".join(sorted({meaning.technology for meaning in self._lexicon.verbs[word]}))
        now = (
            f"write `on:` with one of: {', '.join(fitting)}"
            if fitting
            else f"declare a service with technology: {technologies}"
        )
        if not on:
            self._mistakes.add(table.place_of_key(word), f"nothing tells which service `{word}` speaks to", now)
            return
        place = table.place_of_value("on") if "on" in table else table.place_of_key(word)
        spoken = self._system.by_name[on].technology if on in self._system.by_name else "nothing known"
        self._mistakes.add(place, f"`{word}` needs {technologies}, but {on} speaks {spoken}", now)

    def _refuse_keys(self, table: Table, word: str, meaning: Meaning) -> None:
        for key in table:
            if key in meaning.keys:
                continue
            place = table.place_of_key(key)
            if key in self._lexicon.verbs:
                self._mistakes.add(place, f"a step has one verb, this has `{word}` and `{key}`", "make two steps of it")
            else:
                self._mistakes.add(
                    place, f"`{word}` has no key `{key}`", suggest(key, meaning.keys - set(meaning.words))
                )

    def _read_subject(self, table: Table, word: str, meaning: Meaning) -> Data:
        declared = meaning.verb.subject
        written = table[word]
        if type(written) is str and declared.kind in ("string", "bound") and not declared.choices:
            subject: Data = written
        elif written is None and not declared.is_required:
            subject = None
        else:
            subject = read_value(
                table, Word(word, declared.kind, declared.doc, declared.is_required, declared.choices), self._mistakes
            )
        if subject == "" and declared.is_required:
            self._mistakes.add(table.place_of_key(word), f"`{word}` is empty", declared.doc)
        return self._read_reference(table, word, declared, subject) if meaning.is_of_the_stage else subject

    def _read_reference(self, table: Table, word: str, declared: Word, subject: Data) -> Data:
        """Check the part of the system that a verb of the stage names."""
        holder, key = (subject, "on") if isinstance(subject, Table) else (table, word)
        name = holder.get(key)
        if not isinstance(name, str) or "{{" in name:
            return subject
        known = {*self._system.by_name} if declared.name == "service" else {*self._system.edges, *self._system.by_name}
        if edge_name(name) not in known:
            what = "no service" if declared.name == "service" else "neither an edge nor a service"
            self._mistakes.add(holder.place_of_value(key), f"`{name}` is {what}", suggest(edge_name(name), known))
        edge = self._system.edges.get(edge_name(name))
        if edge is not None and not edge.is_proxied:
            what = f"{edge.name} is direct: nothing stands on it that could count its calls"
            self._mistakes.add(holder.place_of_value(key), what, "remove `direct`")
        if holder is table:
            return edge_name(name)
        return replaced(holder, key, edge_name(name))

    def _read_fields(self, table: Table, meaning: Meaning) -> Table:
        fields = NOTHING if meaning.fields.keys().isdisjoint(table) else Table(table.file)
        for key, word in meaning.fields.items():
            if key in table:
                value = table[key]
                if word.kind != "any" and (
                    value is None or word.choices or word.kind in CONVERTED or not is_plain(word, value)
                ):
                    value = read_value(table, word, self._mistakes)
                fields[key] = value
                fields.marks[key] = table.marks[key]
            elif word.is_required:
                place = table.place_of_key(next(name for name in meaning.words if name in table))
                self._mistakes.add(place, f"`{meaning.verb.name}` lacks `{key}`", word.doc)
        return fields

    def _read_expect(self, table: Table, meaning: Meaning) -> Table:
        if "expect" not in table:
            return NOTHING
        expect = table["expect"]
        if not isinstance(expect, Table):
            read_closed(table, WORDS["expect"], self._mistakes)
            return NOTHING
        if meaning.facets and not expect.keys() <= meaning.expected:
            for key in expect.keys() - meaning.expected:
                what = f"an answer to `{meaning.verb.name}` has no `{key}`"
                self._mistakes.add(expect.place_of_key(key), what, suggest(key, meaning.expected))
        if "within" in expect and "within" not in meaning.facets:
            return replaced(expect, "within", read_value(expect, EXPECT_WITHIN, self._mistakes))
        return expect

    def _read_save(self, table: Table, meaning: Meaning) -> Mapping[str, str]:
        if "save" not in table:
            return {}
        saved = table["save"]
        read = read_closed(table, WORDS["save"], self._mistakes)
        if not isinstance(saved, Table) or not isinstance(read, dict):
            return {}
        for name, path in read.items():
            found = re.match(FACET, path)
            facet = found[0] if found else path
            if meaning.facets and facet not in meaning.expected:
                what = f"an answer to `{meaning.verb.name}` has no `{facet}` to save"
                self._mistakes.add(saved.place_of_value(name), what, suggest(facet, meaning.facets))
        kept = Table(saved.file)
        kept.update(read)
        kept.marks = saved.marks
        return cast("Mapping[str, str]", kept)

    def _seconds(self, table: Table) -> float | None:
        read = read_closed(table, WORDS["within"], self._mistakes) if "within" in table else None
        return read if isinstance(read, float) else None

    def _text(self, table: Table, key: str) -> str:
        read = read_value(table, WORDS[key], self._mistakes) if key in table else None
        return read if isinstance(read, str) else ""


def is_plain(word: Word, value: Data) -> bool:
    """Tell whether `value` is of the word's kind as it is."""
    return type(value) is Table if word.kind == "map" else type(value) is str and word.kind in ("string", "bound")


def replaced(table: Table, key: str, value: Data) -> Table:
    copy = Table(table.file)
    copy.update(table)
    copy.marks = table.marks | {}
    copy[key] = value
    return copy
