"""The items of a list of steps: a step, steps together, or a fragment that is used; called by the check reader."""

from collections.abc import Mapping
from pathlib import Path

from dovetail.errors.nearest import suggest
from dovetail.model.check import Action, Fragment, Step, Together
from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.system import System
from dovetail.source.document import shown
from dovetail.source.entry import Entry
from dovetail.source.grammar import FRAGMENT, TOGETHER, USE
from dovetail.source.lexicon import Lexicon
from dovetail.source.location import TESTS, is_file
from dovetail.source.mistake import Mistakes
from dovetail.source.step import StepReader
from dovetail.source.value import describe
from dovetail.source.variable import Variables

SINGLE = frozenset({"use", "together"})


class ActionReader:
    """Reads each fragment's file once; its steps once for each default service it is used with."""

    def __init__(self, system: System, lexicon: Lexicon, variables: Variables, mistakes: Mistakes) -> None:
        self.steps = StepReader(system, lexicon, mistakes)
        self._system = system
        self._mistakes = mistakes
        self._variables = variables
        self._documents: dict[Path, Table | None] = {}
        self._actions: dict[tuple[Path, str], tuple[Action, ...]] = {}
        self._within: list[Path] = []

    def read_list(self, row: Row, on: str) -> tuple[Action, ...]:
        actions = (self.read_item(item, row.place_of_item(n), on) for n, item in enumerate(row))
        return tuple(action for action in actions if action is not None)

    def read_item(self, item: Data, place: Place, on: str) -> "Action | None":
        if not isinstance(item, Table):
            self._mistakes.add(place, f"a step wants a map, got {describe(item)}", "write `- http: GET /health`")
            return None
        if "use" in item:
            return self._read_use(item, place, on)
        if "together" in item:
            return self._read_together(item, place, on)
        return self.steps.read(item, place, on)

    def _read_together(self, table: Table, place: Place, on: str) -> Together | None:
        entry = Entry(table, TOGETHER, place, self._mistakes)
        actions = self.read_list(entry.list("together"), on)
        steps = tuple(action for action in actions if isinstance(action, Step))
        if len(steps) < len(actions):
            self._mistakes.add(place, "only single steps can start together", "write the steps out")
        if table["together"] == []:
            self._mistakes.add(place, "`together` has no steps", "list the steps that start at the same moment")
        return Together(steps, place)

    def _read_use(self, table: Table, place: Place, on: str) -> Fragment | None:
        entry = Entry(table, USE, place, self._mistakes)
        written = entry.text("use")
        path = self._find(written, Path(table.file).parent)
        if path is None:
            self._refuse_path(table, written)
            return None
        if path in self._within:
            circle = " uses ".join(shown(file) for file in [*self._within[self._within.index(path) :], path])
            self._mistakes.add(table.place_of_value("use"), f"fragments use each other: {circle}", "break the circle")
            return None
        document = self._read_fragment(path)
        if document is None:
            return None
        fragment = Entry(document, FRAGMENT, Place(document.file, 1), self._mistakes, f"the fragment {written}")
        self._within.append(path)
        actions = self._read_actions(path, fragment, on)
        self._within.pop()
        return Fragment(
            entry.text("name") or fragment.text("name") or path.stem,
            actions,
            self._read_inputs(entry, fragment),
            self._read_outputs(entry, fragment),
            place,
        )

    def _read_actions(self, path: Path, fragment: Entry, on: str) -> tuple[Action, ...]:
        on = fragment.text("on") or on
        if (path, on) not in self._actions:
            self._actions[path, on] = self.read_list(fragment.list("steps"), on)
            if fragment.table.get("steps") == []:
                self._mistakes.add(fragment.place, "this fragment has no steps", "list them under `steps:`")
        return self._actions[path, on]

    def _read_fragment(self, path: Path) -> Table | None:
        if path not in self._documents:
            self._documents[path] = None
            document = self._variables.read(path)
            if isinstance(document, Table):
                self._documents[path] = document
            elif document is not None:
                self._mistakes.add(
                    Place(document.file, 1), "a fragment is a map", "write `steps:` and below it the list"
                )
        return self._documents[path]

    def _find(self, written: str, beside: Path) -> Path | None:
        folder = Path(self._system.folder)
        for start in (beside, folder / TESTS, folder):
            path = (start / written).absolute()
            if is_file(path):
                return path.resolve()
        return None

    def _refuse_path(self, table: Table, written: str) -> None:
        if not written:
            return
        tests = Path(self._system.folder) / TESTS
        there = [str(path.relative_to(tests)) for path in tests.rglob("*.yaml")]
        self._mistakes.add(
            table.place_of_value("use"), f"there is no file {describe(written)}", suggest(written, there)
        )

    def _read_inputs(self, entry: Entry, fragment: Entry) -> Mapping[str, Data]:
        declared = fragment.value("inputs")
        if isinstance(declared, Table):
            inputs: dict[str, Data] = dict(declared)
        else:
            inputs = dict.fromkeys(str(name) for name in rows_of(declared))
        given = entry.map("with")
        for name in given.keys() - inputs.keys():
            about = entry.text("use")
            self._mistakes.add(given.place_of_key(name), f"{about} takes no input `{name}`", suggest(name, inputs))
        for name in inputs.keys() - given.keys():
            if inputs[name] is None:
                what = f"{entry.text('use')} lacks its input `{name}`"
                self._mistakes.add(entry.place, what, f"write `with: {{{name}: …}}`")
        return {**inputs, **given}

    def _read_outputs(self, entry: Entry, fragment: Entry) -> Mapping[str, str]:
        declared = fragment.value("outputs")
        listed = declared if isinstance(declared, Table) else {str(name): name for name in rows_of(declared)}
        offered = {name: str(inner) for name, inner in listed.items()}
        saved = entry.texts("save")
        for outer, output in saved.items():
            if output not in offered:
                place = place_of_saved(entry.table["save"], outer, entry.place)
                what = f"{entry.text('use')} hands out no `{output}`"
                self._mistakes.add(place, what, suggest(output, offered))
        return {outer: offered[output] for outer, output in saved.items() if output in offered}


def place_of_saved(saved: Data, name: str, otherwise: Place) -> Place:
    return saved.place_of_value(name) if isinstance(saved, Table) else otherwise


def rows_of(declared: Data) -> Row:
    return declared if isinstance(declared, Row) else Row()
