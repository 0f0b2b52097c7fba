"""The checks of one file; called by the suite reader."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct, field

from dovetail.errors.nearest import nearest, suggest
from dovetail.model.check import Action, Check, Isolation
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import System
from dovetail.source.action import SINGLE, ActionReader
from dovetail.source.case import CaseReader
from dovetail.source.entry import Entry
from dovetail.source.grammar import CHECK, FILE, STEP
from dovetail.source.lexicon import Lexicon
from dovetail.source.mistake import Mistakes
from dovetail.source.service import place_of_name
from dovetail.source.value import describe

UNKNOWN_SCOPE = "services"
CHECK_KEYS = frozenset(CHECK.by_name)
PLAIN_KEYS = frozenset({"name", "on", "steps"})
SUBJECT_SHOWN = 60


class FileOfChecks(Struct):
    """What the checks of one file share; `names` leads from each name to its ids."""

    stem: str
    entry: Entry
    on: str
    scope: str
    tags: tuple[str, ...]
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)


class Read(Struct, frozen=True):
    """A check as read, before the names in `needs` have become ids; `needs_at` tells where each of them stands."""

    check: Check
    file: FileOfChecks
    needs_at: tuple[Place, ...] = ()


class CheckReader:
    def __init__(
        self, system: System, lexicon: Lexicon, actions: ActionReader, cases: CaseReader, mistakes: Mistakes
    ) -> None:
        self._system = system
        self._lexicon = lexicon
        self._actions = actions
        self._cases = cases
        self._mistakes = mistakes
        self._ids: set[str] = set()

    def begin_file(self, document: Table, stem: str) -> FileOfChecks:
        """Read what the checks of a file share; their ids begin with `stem`."""
        entry = Entry(document, FILE, Place(document.file, 1), self._mistakes, "a file of checks")
        scope = self._read_scope(entry) or scope_of(stem, self._lexicon.scopes)
        return FileOfChecks(stem, entry, self._read_on(entry), scope, entry.names("tags"))

    def read_items(self, file: FileOfChecks) -> Iterator[Read]:
        """Read every check that the file's list still holds."""
        checks = file.entry.list("checks")
        if file.entry.table.get("checks") == []:
            place = file.entry.table.place_of_key("checks")
            self._mistakes.add(place, "this file has no checks", "list them below, or remove the file")
        for item, place in hand_out(checks):
            yield from self.read_item(item, place, file)

    def read_item(self, item: Data, place: Place, file: FileOfChecks) -> Iterable[Read]:
        """Read one item of the list, which is a check for each of its rows."""
        if not isinstance(item, Table):
            self._mistakes.add(place, f"a check wants a map, got {describe(item)}", "write `- name: …` and `steps:`")
            return []
        own, step = part(item, self._lexicon)
        entry = Entry(own, CHECK, place, self._mistakes)
        on = self._read_on(entry) or file.on
        actions = self._read_actions(entry, step, place, on)
        name = entry.text("name") or name_of(step, self._lexicon)
        if not name:
            self._mistakes.add(place, "this check lacks `name`", "write the claim it proves")
        if name in file.names:
            first = entry.table.place_of_value("name") if "name" in entry else place
            self._mistakes.add(first, f"two checks are called `{name}`", "name each by the claim it proves")
            return []
        return self._make(entry, name, actions, on, file)

    def _read_actions(self, entry: Entry, step: Table, place: Place, on: str) -> tuple[Action, ...]:
        if "steps" not in entry:
            if not step and not CHECK.later & entry.table.keys():
                self._mistakes.add(place, "this check has no steps", "list what it does under `steps:`")
            step = self._without_strays(step)
            action = self._actions.read_item(step, place, on) if step else None
            return () if action is None else (action,)
        if step:
            key = next(iter(step))
            self._refuse(step, key)
        written = entry.list("steps")
        if entry.table["steps"] == []:
            self._mistakes.add(entry.table.place_of_key("steps"), "this check has no steps", "list what it does below")
        return self._actions.read_list(written, on)

    def _without_strays(self, step: Table) -> Table:
        """Refuse keys of a single step that look like its check's rather than its own; returns what is left."""
        meanings = [meaning for key in step for meaning in self._lexicon.verbs.get(key, ())]
        if any(step.keys() <= meaning.keys for meaning in meanings):
            return step
        own = {key for meaning in meanings for key in meaning.keys} or {*self._lexicon.verbs, *SINGLE, *STEP.by_name}
        kept = Table(step.file)
        for key, value in step.items():
            if key not in own and nearest(key, own | CHECK_KEYS) in CHECK_KEYS - own:
                self._refuse(step, key)
            else:
                kept[key] = value
                kept.marks[key] = step.marks[key]
        return kept

    def _refuse(self, step: Table, key: str) -> None:
        place = step.place_of_key(key)
        if key in self._lexicon.verbs or key in SINGLE:
            self._mistakes.add(place, f"`{key}` stands beside `steps`", f"make it a step: `- {key}: …`")
        elif key in CHECK.later:
            self._mistakes.add(place, f"`{key}` is not built yet", "leave it out for now")
        else:
            self._mistakes.add(place, f"a check has no key `{key}`", suggest(key, CHECK_KEYS))

    def _make(
        self, entry: Entry, name: str, actions: tuple[Action, ...], on: str, file: FileOfChecks
    ) -> Iterator[Read]:
        if entry.table.keys() <= PLAIN_KEYS:
            id_ = self._unique(f"{file.stem}/{slug(name)}")
            file.names[name] = (id_,)
            yield Read(Check(id_, name, file.scope, actions, tags=file.tags, place=entry.place), file)
            return
        cleanup = self._actions.read_list(entry.list("finally"), on) if "finally" in entry else ()
        faults = self._actions.steps.read_faults(entry.table)
        scope = self._read_scope(entry) or file.scope
        tags = (*file.tags, *entry.names("tags"))
        isolation = Isolation(entry.text("isolation") or "auto") if "isolation" in entry else Isolation.AUTO
        timeout = entry.number("timeout")
        if timeout == 0:
            place = entry.table.place_of_value("timeout")
            self._mistakes.add(place, "no check can end within 0 s", "write 30s or 500ms, or leave `timeout` out")
        base = self._unique(f"{file.stem}/{slug(name)}")
        needs = entry.names("needs")
        needs_at = tuple(place_of_name(entry.table, "needs", name) for name in needs)
        cases = self._cases.read(entry)
        file.names[name] = tuple(base + case.suffix for case in cases)
        for case in cases:
            check = Check(
                base + case.suffix,
                f"{name} {case.suffix}" if case.suffix else name,
                scope,
                actions,
                cleanup,
                faults,
                tags,
                needs,
                entry.names("locks"),
                isolation,
                entry.count("retry"),
                timeout,
                entry.text("skip"),
                entry.text("if"),
                case.inputs,
                entry.place,
            )
            yield Read(check, file, needs_at)

    def _unique(self, wanted: str) -> str:
        found, number = wanted, 1
        while found in self._ids:
            number += 1
            found = f"{wanted}-{number}"
        self._ids.add(found)
        return found

    def _read_on(self, entry: Entry) -> str:
        on = entry.text("on")
        if on and on not in self._system.by_name:
            place = entry.table.place_of_value("on")
            self._mistakes.add(place, f"there is no service `{on}`", suggest(on, self._system.by_name))
            return ""
        return on

    def _read_scope(self, entry: Entry) -> str:
        scope = entry.text("scope")
        if (scope or entry.table.get("scope") == "") and scope not in self._lexicon.scopes:
            place = entry.table.place_of_value("scope")
            self._mistakes.add(place, f"there is no scope `{scope}`", suggest(scope, self._lexicon.scopes))
        return scope


def hand_out(items: Row) -> Iterator[tuple[Data, Place]]:
    """Yield each item with its place and let go of it: what was written goes as what it means comes."""
    for index, item in enumerate(items):
        items[index] = None
        yield item, items.place_of_item(index)


def part(item: Table, lexicon: Lexicon) -> tuple[Table, Table]:
    """Part a check's own keys from those of the single step that may stand directly in it."""
    if "steps" in item and item.keys() <= CHECK_KEYS:
        return item, Table(item.file)
    is_single = any(key in lexicon.verbs or key in SINGLE for key in item)
    own, step = Table(item.file), Table(item.file)
    for key, value in item.items():
        belongs = own if key in CHECK_KEYS or (not is_single and key in CHECK.later) else step
        belongs[key] = value
        belongs.marks[key] = item.marks[key]
    return own, step


def name_of(step: Table, lexicon: Lexicon) -> str:
    """Return a name for a check that is a single step and has none."""
    verb = next((key for key in step if key in lexicon.verbs or key in SINGLE), "")
    subject = step.get(verb)
    return f"{verb} {subject}"[:SUBJECT_SHOWN] if isinstance(subject, str | int | float) else ""


def slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "check"


def scope_of(stem: str, scopes: tuple[str, ...]) -> str:
    """Return the scope that a file's name or folder says."""
    return next((part for part in reversed(Path(stem).parts) if part in scopes), UNKNOWN_SCOPE)
