"""Words said in Python, read as if they stood in a file, so that a mistake appears under the test's own line.

Called by the Python face for every call that a test makes.
"""

from collections.abc import Mapping

from dovetail.model.check import FaultOrder, Step
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import System
from dovetail.source.fault import FaultReader
from dovetail.source.lexicon import Lexicon
from dovetail.source.mistake import Mistakes
from dovetail.source.step import StepReader


def read_spoken_step(system: System, lexicon: Lexicon, words: Mapping[str, Data], place: Place) -> Step:
    """Read a step whose words a test gave as keyword arguments at `place`."""
    mistakes = Mistakes()
    step = StepReader(system, lexicon, mistakes).read(_tabled(words, place), place, "")
    mistakes.raise_all()
    if step is None:
        raise AssertionError("a step that cannot be read is a mistake")
    return step


def read_spoken_fault(
    system: System, lexicon: Lexicon, words: Mapping[str, Data], place: Place
) -> tuple[FaultOrder, ...]:
    """Read a fault whose words a test gave as keyword arguments at `place`."""
    mistakes = Mistakes()
    orders = FaultReader(system, lexicon, mistakes).read(_tabled(words, place), place)
    mistakes.raise_all()
    return orders


def _tabled(words: Mapping[str, Data], place: Place) -> Table:
    table = Table(place.file)
    for name, value in words.items():
        table[name] = _placed(value, place)
        table.marks[name] = (place.line, place.column, place.line, place.column)
    return table


def _placed(value: Data, place: Place) -> Data:
    if isinstance(value, Mapping):
        return _tabled(value, place)
    if isinstance(value, list | tuple):
        row = Row(place.file)
        row.extend(_placed(item, place) for item in value)
        row.marks.extend([(place.line, place.column)] * len(value))
        return row
    return value
