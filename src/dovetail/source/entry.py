"""One map of a user's file, read key by key against the keys it may hold; called by the reader of every structure."""

from collections.abc import Mapping

from dovetail.errors.nearest import suggest
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.vocabulary import Word
from dovetail.source.grammar import Keys
from dovetail.source.mistake import Mistakes
from dovetail.source.value import WrongValueError, convert

TEXTS = frozenset({"string", "bound"})


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

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def value(self, key: str) -> Data:
        """Return the value as its word wants it; None where it is absent or wrong."""
        if key not in self.table:
            return None
        return read_value(self.table, self._words[key], self.mistakes)

    def text(self, key: str, default: str = "") -> str:
        read = self.value(key) if key in self.table else None
        return read if isinstance(read, str) else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        read = self._written_out(key)
        return read if isinstance(read, bool) else default

    def number(self, key: str) -> float | None:
        read = self._written_out(key)
        return float(read) if isinstance(read, int | float) else None

    def count(self, key: str) -> int | None:
        read = self._written_out(key)
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

    def _written_out(self, key: str) -> Data:
        """Return a value that nothing fills in: a template there would be passed over in silence."""
        read = self.value(key)
        if not isinstance(read, str):
            return read
        self.mistakes.add(self.table.place_of_value(key), f"`{key}` cannot be a template", "write it out")
        return None


def read_value(table: Table, word: Word, mistakes: Mistakes) -> Data:
    """Return what `word` holds in `table`, converted; a wrong value is a mistake and reads as None."""
    value = table[word.name]
    kind = word.kind
    if type(value) is str and kind in TEXTS and not word.choices:
        return value
    place = table.place_of_value(word.name)
    if kind in TEXTS and isinstance(value, int | float) and not isinstance(value, bool):
        return mistakes.excerpts.token(place) or str(value)
    try:
        return convert(word, value)
    except WrongValueError as wrong:
        mistakes.add(table.place_of_key(word.name) if value is None else place, wrong.what, wrong.now)
        return None


def refuse_key(table: Table, name: str, keys: Keys, mistakes: Mistakes, about: str) -> None:
    """Tell that `name` is no key of `about`, or not yet."""
    place = table.place_of_key(name)
    if name in keys.later:
        mistakes.add(place, f"`{name}` is not built yet", "leave it out for now")
        return
    mistakes.add(place, f"{about} has no key `{name}`", suggest(name, keys.by_name))
