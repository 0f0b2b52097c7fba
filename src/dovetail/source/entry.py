"""One map of a user's file, read key by key against the keys it may hold; called by the reader of every structure."""

import re
from collections.abc import Mapping

from dovetail.errors.nearest import suggest
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.vocabulary import Word
from dovetail.source.grammar import Keys
from dovetail.source.mistake import Mistakes
from dovetail.source.scalar import resolve
from dovetail.source.value import KINDS, WrongValueError, convert

TEXTS = frozenset({"string", "bound"})
AS_WRITTEN = TEXTS | {"names", "texts"}
OPEN = TEXTS | {"condition"}
PROPERTIES = r"(?:[&!]\S*\s+)*"


class Entry:
    """What is wrong with a value becomes a mistake under its line, and reads as absent."""

    def __init__(self, table: Table, keys: Keys, place: Place, mistakes: Mistakes, about: str = "") -> None:
        self.table = table
        self.place = place
        self.mistakes = mistakes
        self._words = keys.by_name
        about = about or keys.title
        for name in table:
            if name not in self._words:
                refuse_key(table, name, keys, mistakes, about)
        for word in keys.required:
            if word.name not in table:
                mistakes.add(place, f"{about} lacks `{word.name}`", word.doc)
            elif table[word.name] == "":
                mistakes.add(table.place_of_key(word.name), f"`{word.name}` is empty", word.doc)

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def value(self, key: str) -> Data:
        """Return the value as its word wants it; None where it is absent or wrong."""
        return read_closed(self.table, self._words[key], self.mistakes) if key in self.table else None

    def text(self, key: str, default: str = "") -> str:
        read = self.value(key) if key in self.table else None
        return read if isinstance(read, str) else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        read = self.value(key)
        return read if isinstance(read, bool) else default

    def number(self, key: str) -> float | None:
        read = self.value(key) if key in self.table else None
        return float(read) if isinstance(read, int | float) else None

    def count(self, key: str) -> int | None:
        read = self.value(key) if key in self.table else None
        return read if isinstance(read, int) else None

    def names(self, key: str) -> tuple[str, ...]:
        read = self.value(key) if key in self.table else None
        return (
            tuple(str(name) for name in read) if isinstance(read, tuple) else (read,) if isinstance(read, str) else ()
        )

    def texts(self, key: str) -> dict[str, str]:
        read = self.value(key)
        return {name: str(text) for name, text in read.items()} if isinstance(read, Mapping) else {}

    def map(self, key: str) -> Table:
        read = self.value(key)
        return read if isinstance(read, Table) else Table(self.place.file)

    def list(self, key: str) -> Row:
        read = self.value(key)
        return read if isinstance(read, Row) else Row(self.place.file)


def read_closed(table: Table, word: Word, mistakes: Mistakes) -> Data:
    """Do as `read_value` for a word that nothing fills in: a template there would be passed over in silence."""
    read = read_value(table, word, mistakes)
    if word.kind in OPEN and not word.choices:
        return read
    if not (any("{{" in text for text in read) if isinstance(read, tuple) else isinstance(read, str) and "{{" in read):
        return read
    now = f"write it out{KINDS[word.kind].example}"
    mistakes.add(table.place_of_value(word.name), f"`{word.name}` cannot be a template", now)
    return None


def read_value(table: Table, word: Word, mistakes: Mistakes) -> Data:
    """Return what `word` holds in `table`, converted; a wrong value is a mistake and reads as None."""
    value = table[word.name]
    kind = word.kind
    if type(value) is str and kind in TEXTS and not word.choices:
        return value
    place = table.place_of_value(word.name)
    try:
        return convert(word, as_written(value, place, mistakes) if kind in AS_WRITTEN else value)
    except WrongValueError as wrong:
        mistakes.add(table.place_of_key(word.name) if value is None else place, wrong.what, wrong.now)
        return None


def as_written(value: Data, place: Place, mistakes: Mistakes) -> Data:
    """Return every number in `value` as the text that stands in the file: 1.10 is no 1.1 to a version."""
    if isinstance(value, Table):
        texts = Table(value.file)
        texts.update({key: as_written(item, value.place_of_value(key), mistakes) for key, item in value.items()})
        return texts
    if isinstance(value, Row):
        listed = Row(value.file)
        listed.extend(as_written(item, value.place_of_item(n), mistakes) for n, item in enumerate(value))
        return listed
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    token = mistakes.excerpts.token(place)
    if isinstance(value, float) and token.startswith("*"):
        raise WrongValueError(f"{token} repeats a number whose digits are lost", "put it in quotes where its & stands")
    text = re.sub(PROPERTIES, "", token, count=1)
    return text if repr(resolve(text)) == repr(value) else str(value)


def refuse_key(table: Table, name: str, keys: Keys, mistakes: Mistakes, about: str) -> None:
    """Tell that `name` is no key of `about`, or not yet."""
    place = table.place_of_key(name)
    if name in keys.later:
        mistakes.add(place, f"`{name}` is not built yet", "leave it out for now")
        return
    mistakes.add(place, f"{about} has no key `{name}`", suggest(name, keys.by_name))
