"""The registry: technologies by name, their parts loaded when first asked for. Built by `app/parts`, read by all."""

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import TYPE_CHECKING, cast

from dovetail.errors import BrokenDovetailError, MissingPartError, Problem
from dovetail.model.vocabulary import FaultWord, TechnologyWords, Vocabulary
from dovetail.plugin.sheet import Sheet

if TYPE_CHECKING:
    from dovetail.plugin.driver import Driver
    from dovetail.plugin.fault import FaultMaker
    from dovetail.plugin.launcher import Launcher
    from dovetail.plugin.preparer import Preparer
    from dovetail.plugin.prober import Prober
    from dovetail.plugin.sandbox import Sandbox
    from dovetail.plugin.tap import Rewriter, Tap


class Registry:
    """Knows every technology's sheet; `packages` are import paths such as `dovetail.tech.postgres`."""

    def __init__(self, packages: Iterable[str], faults: tuple[FaultWord, ...] = ()) -> None:
        self._packages: dict[str, str] = {}
        self._sheets: dict[str, Sheet] = {}
        self._faults = faults
        self._parts: dict[tuple[str, str], object] = {}
        for package in packages:
            sheet = cast("Sheet", import_module(f"{package}.sheet").SHEET)
            self._sheets[sheet.name] = sheet
            self._packages[sheet.name] = package

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return tuple(self._sheets.values())

    @property
    def vocabulary(self) -> Vocabulary:
        words = tuple(TechnologyWords(s.name, s.aliases, s.verbs, s.settings) for s in self.sheets)
        return Vocabulary(words, self._faults + tuple(fault for s in self.sheets for fault in s.faults))

    def sheet(self, technology: str) -> Sheet:
        return self._sheets[technology]

    def launcher(self, technology: str) -> "Launcher | None":
        return cast("Launcher | None", self._part(technology, "launcher"))

    def prober(self, technology: str) -> "Prober | None":
        return cast("Prober | None", self._part(technology, "prober"))

    def preparer(self, technology: str) -> "Preparer | None":
        return cast("Preparer | None", self._part(technology, "preparer"))

    def sandbox(self, technology: str) -> "Sandbox | None":
        return cast("Sandbox | None", self._part(technology, "sandbox"))

    def tap(self, technology: str) -> "Tap | Rewriter | None":
        return cast("Tap | Rewriter | None", self._part(technology, "tap"))

    def fault(self, technology: str) -> "FaultMaker | None":
        return cast("FaultMaker | None", self._part(technology, "fault"))

    def driver(self, technology: str) -> "Driver":
        driver = cast("Driver | None", self._part(technology, "driver"))
        if driver is None:
            raise BrokenDovetailError(f"{technology} has no driver, yet a verb of it was accepted")
        return driver

    def _part(self, technology: str, socket: str) -> object:
        sheet = self._sheets[technology]
        if socket not in sheet.parts:
            return None
        key = (technology, socket)
        if key not in self._parts:
            self._parts[key] = self._load(sheet, socket)
        return self._parts[key]

    def _load(self, sheet: Sheet, socket: str) -> object:
        try:
            module = import_module(f"{self._packages[sheet.name]}.{socket}")
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("dovetail"):
                raise
            raise MissingPartError(
                Problem(
                    f"{sheet.name} needs the Python library {missing.name}, which is not installed",
                    f"install it: pip install 'dovetail[{sheet.extra or sheet.name}]'",
                )
            ) from missing
        make = cast("Callable[[], object]", getattr(module, socket))
        return make()
