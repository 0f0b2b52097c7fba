"""Whether every `{{ name }}` of a check will have a value when its step runs, told before anything starts.

Called by the plan.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from dovetail.check.route import parse_route
from dovetail.check.template import BRACES, holds_slot, parse_template
from dovetail.check.unique import Unique
from dovetail.errors import Problem, SuiteError
from dovetail.errors.nearest import nearest
from dovetail.model.check import Action, Check, Fragment, Step, Together, all_steps, fragments_of
from dovetail.model.data import Data, Place, Row, Table, locate

UNIQUE = "unique"
UNIQUES = Unique("", "")
SOURCES = frozenset({UNIQUE, "now", "seed", "check"})
FORGIVING = "default"
NAME = r"[A-Za-z_][\w-]*"


def has_slots(check: Check) -> bool:
    """Tell whether anything in a check is filled in when it is played; in most nothing is."""
    if holds_slot(check.inputs) or holds_slot(check.condition):
        return True
    if any(holds_slot(fragment.inputs) for fragment in fragments_of(check.actions)):
        return True
    return any(any(map(holds_slot, _words_of(step))) for step in all_steps(check))


def find_unknown_names(check: Check, services: Iterable[str]) -> list[Problem]:
    """Return a problem for every name that nothing gives a value."""
    sources = SOURCES | frozenset(services)
    known = set(sources | check.inputs.keys())
    problems = [
        *_unknown(check.inputs, set(sources), check.place),
        *_unknown(check.condition, known, check.place),
    ]
    _walk(check.actions, known, sources, problems)
    _walk(check.cleanup, known, sources, problems)
    return problems


def find_unusable_saves(step: Step) -> Iterator[Problem]:
    """Yield a problem for each path to save that cannot be followed, and each name that no template can ask for."""
    for name, path in step.save.items():
        place = locate(step.save, (name,)) or step.place
        if re.fullmatch(NAME, name) is None:
            what = f"nothing can ask for {name!r}: no {{{{ }}}} reads such a name"
            yield Problem(what, "use letters, digits, _ and -", place.file, place.line, place.column)
        try:
            parse_route(path)
        except SuiteError as wrong:
            yield from (_at(place, one) for one in wrong.problems)


def _at(place: Place, problem: Problem) -> Problem:
    return replace(problem, file=place.file, line=place.line, column=place.column)


def _walk(actions: Sequence[Action], known: set[str], sources: frozenset[str], problems: list[Problem]) -> None:
    """Follow the actions in order; what they save is added to `known`."""
    for action in actions:
        match action:
            case Step():
                _look(action, known, problems)
                known.update(action.save)
            case Together():
                for step in action.steps:
                    _look(step, known, problems)
                known.update(name for step in action.steps for name in step.save)
            case Fragment():
                problems += _unknown(action.inputs, known, action.place)
                _walk(action.actions, set(sources | action.inputs.keys()), sources, problems)
                known.update(action.outputs)


def _look(step: Step, known: set[str], problems: list[Problem]) -> None:
    for words in _words_of(step):
        if holds_slot(words):
            problems += _unknown(words, known, step.place)


def _words_of(step: Step) -> tuple[Data, ...]:
    return step.condition, step.subject, step.fields, step.expect


def _unknown(words: Data, known: set[str], place: Place) -> Iterator[Problem]:
    for text, spot in _texts(words, place):
        try:
            slots = parse_template(text).slots
        except SuiteError as mistake:
            yield from (_at(spot, one) for one in mistake.problems)
            continue
        for slot in slots:
            is_forgiven = bool(slot.filters) and slot.filters[0].name == FORGIVING
            if is_forgiven:
                continue
            if slot.name not in known:
                yield _tell(slot.name, slot.written, known, spot)
            elif slot.name == UNIQUE and slot.path and str(slot.path[0]) not in UNIQUES:
                yield _tell(f"{UNIQUE}.{slot.path[0]}", slot.written, {f"{UNIQUE}.{word}" for word in UNIQUES}, spot)


def _texts(words: Data, place: Place) -> Iterator[tuple[str, Place]]:
    """Yield every text with a slot in it, and where it stands."""
    if isinstance(words, str):
        if BRACES in words:
            yield words, place
    elif isinstance(words, Mapping):
        table = words if isinstance(words, Table) else Table()
        for key, value in words.items():
            is_marked = key in table.marks
            if BRACES in key:
                yield key, table.place_of_key(key) if is_marked else place
            yield from _texts(value, table.place_of_value(key) if is_marked else place)
    elif isinstance(words, list | tuple):
        row = words if isinstance(words, Row) else Row()
        for index, value in enumerate(words):
            yield from _texts(value, row.place_of_item(index) if index < len(row.marks) else place)


def _tell(name: str, written: str, known: set[str], place: Place) -> Problem:
    near = nearest(name, known)
    now = f"did you mean {near}?" if near else f"known here: {', '.join(sorted(known))}"
    what = f"nothing is called {name} here, yet {written} asks for it"
    return Problem(what, now, place.file, place.line, place.column)
