"""`${NAME}` and `${NAME:-default}`, filled in once a file is read; called by the readers of system and suite."""

import re
from collections.abc import Mapping
from pathlib import Path

from dovetail.errors import SuiteError
from dovetail.errors.nearest import nearest
from dovetail.model.data import Data, Place, Row, Table
from dovetail.source.document import Take, build, read_text, shown, stands_last
from dovetail.source.mistake import Mistakes

VARIABLE = r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?"


class Variables:
    """Fills texts from `values`; `reasons` tell of a name why it has no value."""

    def __init__(self, values: Mapping[str, str], mistakes: Mistakes, reasons: Mapping[str, str] | None = None) -> None:
        self._values = values
        self._mistakes = mistakes
        self._reasons = reasons or {}

    def read(self, path: Path, key: str = "", take: Take | None = None) -> Table | Row | None:
        """Read a YAML file and fill it; one that cannot be read is a mistake.

        Where nothing has to be filled or comes after `key`, the items below it are given to `take` and not kept.
        """
        try:
            text = read_text(path)
            has_variables = "${" in text
            is_taken = take is not None and not has_variables and stands_last(key, text)
            document = build(text, shown(path), key, take if is_taken else None)
        except SuiteError as wrong:
            self._mistakes.adopt(*wrong.problems)
            return None
        if has_variables:
            self.fill(document)
        return document

    def fill(self, data: Data) -> None:
        """Fill every text below `data` in place; what aliases repeat is filled once."""
        self._fill(data, set())

    def _fill(self, data: Data, filled: set[int]) -> None:
        """Fill what `filled` does not name yet: an id means the same only while the whole is held."""
        if id(data) in filled:
            return
        filled.add(id(data))
        if isinstance(data, Table):
            for key, value in data.items():
                if isinstance(value, str):
                    data[key] = self.text(value, data.place_of_value(key)) if "${" in value else value
                elif isinstance(value, Table | Row):
                    self._fill(value, filled)
        elif isinstance(data, Row):
            for index, value in enumerate(data):
                if isinstance(value, str):
                    data[index] = self.text(value, data.place_of_item(index)) if "${" in value else value
                elif isinstance(value, Table | Row):
                    self._fill(value, filled)

    def text(self, text: str, place: Place) -> str:
        """Return `text` filled; a missing name is a mistake at `place`."""

        def replaced(found: re.Match[str]) -> str:
            name, default = found[1], found[2]
            if found[0] == "$${":
                return "${"
            if not name:
                self._mistakes.add(
                    place, "`${` begins no variable", "write ${NAME}, ${NAME:-default}, or $${ for the text itself"
                )
                return found[0]
            value = self._values.get(name)
            if value is not None and (value or default is None):
                return value
            if default is not None:
                return str(default)
            self._miss(name, place)
            return found[0]

        return re.sub(VARIABLE, replaced, text)

    def missing(self, text: str) -> tuple[str, ...]:
        """Return the names in `text` that have neither a value nor a default."""
        return tuple(
            found[1]
            for found in re.finditer(VARIABLE, text)
            if found[1] and found[2] is None and found[1] not in self._values
        )

    def _miss(self, name: str, place: Place) -> None:
        near = nearest(name, self._values)
        hint = f"did you mean `{near}`? " if near else ""
        reason = self._reasons.get(name, "")
        self._mistakes.add(
            place,
            f"the variable `{name}` is not set" + (f": {reason}" if reason else ""),
            f"{hint}set it: export {name}=…, or give a default: ${{{name}:-…}}",
        )
