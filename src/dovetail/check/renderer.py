"""Fill `{{ … }}` in from what a run knows; called by the engine for each step, with one renderer a run."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NoReturn

from msgspec.structs import replace

from dovetail.check.filter import DEFAULT, FILTERS, write_text
from dovetail.check.route import follow, is_list
from dovetail.check.template import BRACES, Slot, Template, holds_slot, parse_template
from dovetail.errors import Problem, SuiteError
from dovetail.errors.nearest import suggest
from dovetail.model.data import NOWHERE, PLAIN, Bound, Data, Place, Row, Table

REMEMBERED = 4096
SQL_TOKENS = r"(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'"


class Renderer:
    """Remembers the texts it took apart, at most a few thousand.

    What cannot be filled in is a SuiteError at the text's place: `place` for a text handed over alone, its own place
    for one inside of what was read from a file.
    """

    def __init__(self) -> None:
        self._parse = lru_cache(REMEMBERED)(parse_template)

    def render(self, data: Data, scope: Mapping[str, Data], place: Place = NOWHERE) -> Data:
        """Return the data with every slot filled in; a slot that is the whole text keeps its value's type.

        What holds no slot is returned as it is, places included.
        """
        if isinstance(data, str):
            return self._render_text(data, scope, place) if BRACES in data else data
        if isinstance(data, dict):
            return self._render_object(data, scope, place)
        if isinstance(data, list | tuple):
            return self._render_list(data, scope, place)
        return data

    def bind(self, text: str, scope: Mapping[str, Data], place: Place = NOWHERE) -> Bound:
        """Return a statement with its values beside it, never spliced in."""
        if BRACES not in text:
            return Bound((text,), ())
        template = self._template(text, place)
        values = tuple(self._fill(slot, scope, place) for slot in template.slots)
        before = ""
        for part, slot in zip(template.texts, template.slots, strict=False):
            before += part
            if "'" in re.sub(SQL_TOKENS, "", before):
                what = f"{slot.written} stands in quotes, yet values are bound, not written into the statement"
                _refuse(what, f"write {slot.written} without the quotes around it", place)
        return Bound(template.texts, values)

    def names_in(self, data: Data, place: Place = NOWHERE) -> frozenset[str]:
        """Return the names at which the slots of `data` start; a slot that cannot be read is a SuiteError here too."""
        names: set[str] = set()
        if holds_slot(data):
            self._gather(data, place, names)
        return frozenset(names)

    def _gather(self, data: Data, place: Place, names: set[str]) -> None:
        if isinstance(data, str):
            if BRACES in data:
                names.update(slot.name for slot in self._template(data, place).slots)
        elif isinstance(data, Mapping):
            for key, value in data.items():
                key_place, value_place = _places(data, key, place)
                self._gather(key, key_place, names)
                self._gather(value, value_place, names)
        elif is_list(data):
            for index, item in enumerate(data):
                self._gather(item, _place_of(data, index, place), names)

    def _render_object(self, data: Mapping[str, Data], scope: Mapping[str, Data], place: Place) -> Data:
        changed: dict[str, Data] | None = None
        for key, value in data.items():
            if BRACES in key:
                return self._rename(data, scope, place)
            if (isinstance(value, str) and BRACES not in value) or type(value) in PLAIN:
                continue
            new = self.render(value, scope, _places(data, key, place)[1])
            if new is not value:
                changed = dict(data) if changed is None else changed
                changed[key] = new
        return data if changed is None else changed

    def _rename(self, data: Mapping[str, Data], scope: Mapping[str, Data], place: Place) -> Data:
        result: dict[str, Data] = {}
        for key, value in data.items():
            key_place, value_place = _places(data, key, place)
            name = self.render(key, scope, key_place)
            try:
                result[write_text(name)] = self.render(value, scope, value_place)
            except ValueError as reason:
                _refuse(f"{key} cannot be a key: {reason}", "", key_place)
        return result

    def _render_list(self, data: Sequence[Data], scope: Mapping[str, Data], place: Place) -> Data:
        changed: list[Data] | None = None
        for index, value in enumerate(data):
            new = self.render(value, scope, _place_of(data, index, place))
            if new is not value:
                changed = list(data) if changed is None else changed
                changed[index] = new
        return data if changed is None else changed

    def _render_text(self, text: str, scope: Mapping[str, Data], place: Place) -> Data:
        template = self._template(text, place)
        if template.texts == ("", ""):
            return self._fill(template.slots[0], scope, place)
        result = template.texts[0]
        for slot, after in zip(template.slots, template.texts[1:], strict=True):
            value = self._fill(slot, scope, place)
            try:
                result += write_text(value) + after
            except ValueError as reason:
                _refuse(f"{slot.written} cannot stand in a text: {reason}", "", place)
        return result

    def _template(self, text: str, place: Place) -> Template:
        try:
            return self._parse(text)
        except SuiteError as mistake:
            raise _placed(mistake, place) from None

    def _fill(self, slot: Slot, scope: Mapping[str, Data], place: Place) -> Data:
        value = self._look_up(slot, scope, place)
        for call in slot.filters:
            try:
                value = FILTERS[call.name].apply(value, *call.arguments)
            except (ValueError, TypeError, ArithmeticError, LookupError) as reason:
                _refuse(f"{slot.written}: {call.name} cannot be had of this value: {reason}", "", place)
        return value

    def _look_up(self, slot: Slot, scope: Mapping[str, Data], place: Place) -> Data:
        try:
            if slot.name not in scope:
                what = f"nothing is called {slot.name} here, yet {slot.written} asks for it"
                _refuse(what, suggest(slot.name, scope), place)
            return follow(scope[slot.name], slot.path, slot.name, place)
        except SuiteError:
            if slot.filters and slot.filters[0].name == DEFAULT:
                return None
            raise


def _places(data: Mapping[str, Data], key: str, place: Place) -> tuple[Place, Place]:
    """Return where a key and its value stand; `place` where the data was not read from a file."""
    if isinstance(data, Table) and key in data.marks:
        return data.place_of_key(key), data.place_of_value(key)
    return place, place


def _place_of(data: Sequence[Data], index: int, place: Place) -> Place:
    return data.place_of_item(index) if isinstance(data, Row) and index < len(data.marks) else place


def _placed(mistake: SuiteError, place: Place) -> SuiteError:
    return SuiteError(
        *(replace(one, file=place.file, line=place.line, column=place.column) for one in mistake.problems)
    )


def _refuse(what: str, now: str, place: Place) -> NoReturn:
    raise SuiteError(Problem(what, now, place.file, place.line, place.column)) from None
