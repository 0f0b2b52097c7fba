"""A YAML file as values that know where they stand; built from the C parser's events, called by every reader."""

import os
import re
import stat
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from sys import intern
from typing import Protocol, cast

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data, Place, Row, Table
from dovetail.source.excerpt import place_after
from dovetail.source.mistake import Mistakes
from dovetail.source.pyyaml import load_yaml
from dovetail.source.scalar import STARTS, resolve

Take = Callable[[Table, Data, Place], None]

COMPLAINT = "dovetail.source.complaint"
BYTE_ORDER_MARK = "\ufeff"
FOREIGN_BREAKS = ("\x85", "\u2028", "\u2029")
LARGEST = 16 * 1024 * 1024
DEEPEST = 100
MOST_REPEATED = 1_000_000
MERGE = "<<"
PLAIN_TAGS = frozenset((None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"))
TAGS: dict[str, Callable[[str], Data]] = {
    "!": str,
    "tag:yaml.org,2002:str": str,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:bool": resolve,
    "tag:yaml.org,2002:null": resolve,
}


class Mark(Protocol):
    line: int
    column: int


class Marked(Protocol):
    """An event as the C parser hands it out: one that always knows where it stands."""

    start_mark: Mark
    anchor: str
    tag: str | None


class MarkedScalar(Marked, Protocol):
    value: str
    implicit: tuple[bool, bool]


def shown(path: Path) -> str:
    """Return `path` as messages name it: from the working directory where it lies below it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:
        return str(path)
    return str(path.absolute()) if relative.startswith("..") else relative


def read_text(path: Path) -> str:
    """Read a file of the suite; too large, not UTF-8 or not readable is a SuiteError."""
    file = shown(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise SuiteError(Problem("this is not a file", "name a YAML file", file))
        if status.st_size > LARGEST:
            raise SuiteError(
                Problem(
                    f"the file has {status.st_size / 1e6:.0f} MB; at most {LARGEST // 1024 // 1024} MB are read",
                    "split it into several files, or keep large data beside it and name it with `each:`",
                    file,
                )
            )
        data = path.read_bytes()
    except OSError as reason:
        raise SuiteError(Problem(f"it cannot be read: {reason.strerror or reason}", file=file)) from reason
    try:
        return data.decode().removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as broken:
        place = place_after(data[: broken.start].decode().removeprefix(BYTE_ORDER_MARK), file)
        what = f"it is not UTF-8: byte {data[broken.start]:#04x} at offset {broken.start}, line {place.line}"
        raise SuiteError(Problem(what, "save it as UTF-8", file, place.line, place.column)) from broken


def refuse_breaks(text: str, file: str, mistakes: Mistakes) -> None:
    """Add what the parser would take for the end of a line, and no editor counts as one, to `mistakes`."""
    for sign in FOREIGN_BREAKS:
        if sign in text:
            what = f"a line separator that few editors show: U+{ord(sign):04X}"
            now = f'remove it, or write it as "\\u{ord(sign):04x}" in double quotes'
            mistakes.add(place_after(text.partition(sign)[0], file), what, now)


def build(text: str, file: str, taken_key: str = "", take: Take | None = None) -> Table | Row:
    """Turn YAML text into tables and rows; its mistakes are raised together.

    With `take`, each item of the list under the top-level `taken_key` is given away as soon as it is read, and none is
    kept: `take` is told the whole as read so far, the item and its place.
    """
    builder = Builder(text, file, taken_key, take)
    root = builder.build()
    builder.mistakes.raise_all()
    return root


def stands_last(key: str, text: str) -> bool:
    """Tell whether the top-level `key` is written plainly and nothing of its level comes after it."""
    if "\r" in text:
        return False
    found = re.search(rf"^{key}:", text, re.MULTILINE)
    return found is not None and not re.compile(r"\n[^\s#-]").search(text, found.end())


class Builder:
    """Puts one event after the other into the container that is open."""

    __slots__ = (
        "_anchors",
        "_documents",
        "_file",
        "_has_ended",
        "_key",
        "_key_column",
        "_key_line",
        "_merges",
        "_nodes",
        "_open",
        "_repeated",
        "_root",
        "_stack",
        "_take",
        "_taken",
        "_taken_key",
        "_text",
        "mistakes",
    )

    def __init__(self, text: str, file: str, taken_key: str = "", take: Take | None = None) -> None:
        self.mistakes = Mistakes()
        self._taken_key = taken_key
        self._taken: Row | None = None
        self._take = take
        self._text = text
        self._file = file
        self._root = Row(file)
        self._open: Table | Row = self._root
        self._key: str | None = None
        self._key_line = 1
        self._key_column = 1
        self._stack: list[tuple[Table | Row, str | None, int]] = []
        self._anchors: dict[str, tuple[Data, int]] = {}
        self._merges: dict[int, list[Data]] = {}
        self._documents = 0
        self._nodes = 0
        self._repeated = 0
        self._has_ended = False

    def build(self) -> Table | Row:
        yaml = load_yaml()
        handlers: dict[type, Callable[[MarkedScalar], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._begin_table,
            yaml.SequenceStartEvent: self._begin_row,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
            yaml.StreamEndEvent: self._finish,
        }
        refuse_breaks(self._text, self._file, self.mistakes)
        self.mistakes.raise_all()
        try:
            next_event = cast("Callable[[], MarkedScalar]", yaml.cyaml.CParser(self._text).get_event)
            find = handlers.get
            while not self._has_ended:
                event = next_event()
                handle = find(type(event))
                if handle is not None:
                    handle(event)
        except yaml.YAMLError as error:
            import_module(COMPLAINT).explain(error, self._file, self._text, self.mistakes)
            self.mistakes.raise_all()
        root = self._root[0] if self._root else None
        if isinstance(root, Table | Row):
            return root
        if root is not None:
            self.mistakes.add(Place(self._file, 1), "this file holds a single value", "write keys: `name: value`")
        return Table(self._file)

    def _document(self, event: Marked) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(event, "a second document begins here", "keep one document in a file: remove `---`")

    def _finish(self, _: Marked) -> None:
        self._has_ended = True

    def _scalar(self, event: MarkedScalar) -> None:
        mark = event.start_mark
        container = self._open
        text = event.value
        if self._key is None and isinstance(container, Table):
            if text in container.marks and text != MERGE:
                self._refuse_repeated(container, text, mark)
            self._key = intern(text)
            self._key_line = mark.line + 1
            self._key_column = mark.column + 1
            return
        value: Data = text
        if event.implicit[0]:
            value = resolve(text) if text[:1] in STARTS else text
        elif event.tag is not None:
            value = self._tagged(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        key = self._key
        if key is None or key == MERGE or not isinstance(container, Table):
            self._put(value, mark.line + 1, mark.column + 1)
            return
        self._nodes += 1
        self._key = None
        container[key] = value
        container.marks[key] = (self._key_line, self._key_column, mark.line + 1, mark.column + 1)

    def _refuse_repeated(self, table: Table, key: str, mark: Mark) -> None:
        place = Place(self._file, mark.line + 1, mark.column + 1)
        self.mistakes.add(place, f"`{key}` is there twice", f"the first is on line {table.marks[key][0]}")

    def _put(self, value: Data, line: int, column: int) -> None:
        container = self._open
        self._nodes += 1
        if isinstance(container, Row):
            container.append(value)
            container.marks.append((line, column))
            return
        key = self._key
        self._key = None
        if key is None or key == MERGE:
            self._merges.setdefault(id(container), []).append(value)
            self._check_merge(value, line, column)
            return
        container[key] = value
        container.marks[key] = (self._key_line, self._key_column, line, column)

    def _begin_table(self, event: Marked) -> None:
        self._begin(event, Table(self._file))

    def _begin_row(self, event: Marked) -> None:
        row = Row(self._file)
        if self._take is not None and self._key == self._taken_key and len(self._stack) == 1:
            self._taken = row
        self._begin(event, row)

    def _begin(self, event: Marked, container: Table | Row) -> None:
        if self._key is None and isinstance(self._open, Table):
            self._stop(event, "a map or a list cannot be a key", 'put a template in quotes: "{{ name }}"')
        if len(self._stack) >= DEEPEST:
            self._stop(event, f"this is nested deeper than {DEEPEST} levels", "flatten it")
        if event.tag not in PLAIN_TAGS:
            self._stop(event, f"the tag {event.tag} is not known", "remove it")
        mark = event.start_mark
        self._put(container, mark.line + 1, mark.column + 1)
        self._stack.append((self._open, event.anchor, self._nodes))
        self._open = container

    def _end(self, _: Marked) -> None:
        ended = self._open
        if self._merges and isinstance(ended, Table):
            merge(ended, self._merges.pop(id(ended), []))
        self._open, anchor, nodes = self._stack.pop()
        if anchor is not None:
            self._anchors[anchor] = (ended, self._nodes - nodes + 1)
        if self._taken is not None and (self._taken is self._open or self._taken is ended):
            self._give_away(self._taken)

    def _give_away(self, row: Row) -> None:
        root = self._root[0]
        if self._take is not None and isinstance(root, Table):
            for index, item in enumerate(row):
                self._take(root, item, row.place_of_item(index))
        row.clear()
        row.marks.clear()

    def _alias(self, event: Marked) -> None:
        if event.anchor not in self._anchors:
            self._stop(event, f"*{event.anchor} repeats what is not there yet", f"mark it before with &{event.anchor}")
        value, nodes = self._anchors[event.anchor]
        self._nodes += nodes
        self._repeated += nodes
        if self._repeated > MOST_REPEATED:
            now = f"at most {MOST_REPEATED:,} values can be repeated"
            self._stop(event, "repeating with * makes this file explode", now)
        if self._key is None and isinstance(self._open, Table):
            self._stop(event, "a repeated value cannot be a key", "write the key out")
        self._put(value, event.start_mark.line + 1, event.start_mark.column + 1)

    def _tagged(self, event: MarkedScalar) -> Data:
        make = TAGS.get(str(event.tag))
        if make is None:
            self._stop(event, f"the tag {event.tag} is not known", "remove it")
            return None
        try:
            return make(event.value)
        except ValueError:
            self._stop(event, f"{event.value!r} is no {str(event.tag).rsplit(':', 1)[-1]}", "mend the value or its tag")
            return None

    def _check_merge(self, value: Data, line: int, column: int) -> None:
        sources = value if isinstance(value, Row) else [value]
        if not all(isinstance(source, Table) for source in sources):
            self.mistakes.add(Place(self._file, line, column), "`<<` takes maps", "write `<<: *anchor` of a map")

    def _stop(self, event: Marked, what: str, now: str) -> None:
        mark = event.start_mark
        self.mistakes.add(Place(self._file, mark.line + 1, mark.column + 1), what, now)
        self.mistakes.raise_all()


def merge(table: Table, values: list[Data]) -> None:
    """Give `table` the keys it lacks; the first map that has a key wins."""
    for value in values:
        for source in value if isinstance(value, Row) else [value]:
            if not isinstance(source, Table):
                continue
            for key, inherited in source.items():
                if key not in table:
                    table[key] = inherited
                    table.marks[key] = source.marks[key]
