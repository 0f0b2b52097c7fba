"""`each:` and `repeat:`, the rows that make several checks of one; called by the check reader."""

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from msgspec import Struct, field

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data, Place, Row, Table
from dovetail.source.document import read_text, shown
from dovetail.source.entry import Entry
from dovetail.source.location import is_file
from dovetail.source.mistake import Mistakes
from dovetail.source.scalar import resolve
from dovetail.source.value import describe
from dovetail.source.variable import Variables

MOST = 100_000
LABEL = "case"
FORM = "write rows: [{sku: A-1}, {sku: B-2}], or the name of a CSV or YAML file"


class Case(Struct, frozen=True):
    """One of several: `suffix` tells it apart in ids and names."""

    suffix: str = ""
    inputs: Mapping[str, Data] = field(default_factory=dict)


ALONE = (Case(),)


class CaseReader:
    """Remembers which files were read as tables, so that they are not taken for checks."""

    def __init__(self, folder: Path, variables: Variables, mistakes: Mistakes) -> None:
        self.files: set[Path] = set()
        self._folder = folder
        self._variables = variables
        self._mistakes = mistakes

    def read(self, entry: Entry) -> tuple[Case, ...]:
        """Return one case for each row and repetition; a single nameless one where the check has neither."""
        cases = self._read_each(entry) if "each" in entry else ALONE
        repeat = entry.count("repeat") if "repeat" in entry else None
        if repeat is None:
            return cases
        if not 0 < repeat * max(len(cases), 1) <= MOST:
            place = entry.table.place_of_value("repeat")
            self._mistakes.add(place, f"`repeat` makes {repeat * len(cases)} checks", f"1 to {MOST:,} are possible")
            return ()
        return tuple(Case(f"{case.suffix}[{n}]", case.inputs) for case in cases for n in range(1, repeat + 1))

    def _read_each(self, entry: Entry) -> tuple[Case, ...]:
        place = entry.table.place_of_value("each")
        written = entry.table["each"]
        if written is None:
            self._mistakes.add(entry.table.place_of_key("each"), "`each` is empty", FORM)
            return ()
        rows = self._read_file(written, Path(entry.table.file).parent, place) if isinstance(written, str) else written
        if rows is None:
            return ()
        if not isinstance(rows, Row) or not all(isinstance(row, Table) for row in rows):
            self._mistakes.add(place, "`each` wants a list of rows, each a map", FORM)
            return ()
        if not 0 < len(rows) <= MOST:
            self._mistakes.add(place, f"`each` has {len(rows)} rows", f"1 to {MOST:,} are possible")
            return ()
        labels: set[str] = set()
        return tuple(self._name(n, row, labels) for n, row in enumerate(rows, 1) if isinstance(row, Table))

    def _name(self, number: int, row: Table, labels: set[str]) -> Case:
        label = row.get(LABEL)
        text = re.sub(r"[\[\]\s]+", " ", str(label)).strip() if isinstance(label, str | int | float) else str(number)
        text = text if text not in labels else f"{text} {number}"
        labels.add(text)
        return Case(f"[{text}]", row)

    def _read_file(self, written: str, beside: Path, place: Place) -> Data:
        path = next((start / written for start in (beside, self._folder) if is_file(start / written)), None)
        if path is None:
            self._mistakes.add(
                place,
                f"there is no file {describe(written)}",
                f"it is looked for in {shown(beside)} and beside dovetail.yaml",
            )
            return None
        self.files.add(path.resolve())
        if path.suffix != ".csv":
            return self._variables.read(path)
        try:
            return read_csv(read_text(path), shown(path))
        except SuiteError as wrong:
            self._mistakes.adopt(*wrong.problems)
            return None


def read_csv(text: str, file: str) -> Row:
    """Read rows under a line of names; a cell means what the same text means in YAML, an empty one is empty text."""
    import csv

    reader = csv.DictReader(StringIO(text), restval="", skipinitialspace=True)
    rows = Row(file)
    try:
        names = reader.fieldnames or ()
        repeated = next((name for n, name in enumerate(names) if name in names[:n]), "")
        if repeated:
            raise SuiteError(Problem(f"the column `{repeated}` is there twice", "rename one of the two", file, 1, 1))
        for cells in reader:
            rows.append(_read_row(cells, file, reader.line_num))
            rows.marks.append((reader.line_num, 1))
    except csv.Error as broken:
        line = reader.line_num + 1
        raise SuiteError(Problem(f"this is no CSV: {broken}", "mend this line", file, line, 1)) from broken
    return rows


def _read_row(cells: Mapping[str, str], file: str, line: int) -> Table:
    if None in cells:
        now = "put a text with a comma in quotes, or name the column in the first line"
        raise SuiteError(Problem("this row has more cells than there are names", now, file, line, 1))
    row = Table(file)
    for name, cell in cells.items():
        row[name] = resolve(cell) if cell else ""
        row.marks[name] = (1, 1, line, 1)
    return row
