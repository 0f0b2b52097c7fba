"""The values of the options and where each came from: command line, then environment, then file, then default."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from dovetail.app.options import BY_NAME, RUN_OPTIONS, Option, Value, read_value
from dovetail.errors import Problem, UsageError
from dovetail.errors.nearest import suggest
from dovetail.model.data import Data, Table


class Setting(Struct, frozen=True):
    """One option's value; `origin` says in words where it came from."""

    option: Option
    value: Value
    origin: str


class Settings(Struct, frozen=True):
    """All settings by option name, with a reader for each kind of value."""

    by_name: Mapping[str, Setting]

    def text(self, name: str) -> str:
        value = self.by_name[name].value
        return value if isinstance(value, str) else ""

    def is_on(self, name: str) -> bool:
        return self.by_name[name].value is True

    def number(self, name: str) -> float:
        value = self.by_name[name].value
        return value if isinstance(value, int | float) else 0

    def names(self, name: str) -> tuple[str, ...]:
        value = self.by_name[name].value
        return value if isinstance(value, tuple) else ()

    def agents(self, cores: int) -> int:
        value = self.by_name["parallel"].value
        return value if isinstance(value, int) else max(4, 2 * cores)

    def spoken(self) -> Mapping[str, str]:
        """Return the settings as text, for the journal."""
        return {name: speak(setting.value) for name, setting in self.by_name.items()}


def resolve(flags: Mapping[str, Data], environ: Mapping[str, str], defaults: Mapping[str, Data], file: str) -> Settings:
    """Take each option from the first place that names it; every wrong value is told at once."""
    problems = [_unknown_default(name, defaults, file) for name in defaults if name not in BY_NAME]
    settings: dict[str, Setting] = {}
    for option in RUN_OPTIONS:
        written, origin = _find(option, flags, environ, defaults, file)
        try:
            value = option.default if origin == "default" else read_value(option, written)
        except ValueError as reason:
            problems.append(_wrong_value(option, origin, str(reason), defaults, file))
        else:
            settings[option.name] = Setting(option, value, origin)
    if problems:
        raise UsageError(*problems)
    return Settings(settings)


def speak(value: Value) -> str:
    """Write a value as the user would."""
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return f"{value:.9f}".rstrip("0").rstrip(".") + "s"
    return str(value)


def _find(
    option: Option, flags: Mapping[str, Data], environ: Mapping[str, str], defaults: Mapping[str, Data], file: str
) -> tuple[Data, str]:
    if flags.get(option.name) is not None:
        return flags[option.name], f"flag {option.flag}"
    if option.variable in environ:
        return environ[option.variable], f"variable {option.variable}"
    if option.name in defaults:
        return defaults[option.name], f"{Path(file).name}, defaults.{option.name}"
    return None, "default"


def _wrong_value(option: Option, origin: str, reason: str, defaults: Mapping[str, Data], file: str) -> Problem:
    if "defaults." in origin and isinstance(defaults, Table):
        place = defaults.place_of_value(option.name)
        return Problem(f"{option.name}: {reason}", option.doc, place.file, place.line, place.column)
    return Problem(f"{origin}: {reason}", option.doc, file if "defaults." in origin else "")


def _unknown_default(name: str, defaults: Mapping[str, Data], file: str) -> Problem:
    what, now = f"there is no option `{name}`", suggest(name, BY_NAME)
    if isinstance(defaults, Table):
        place = defaults.place_of_key(name)
        return Problem(what, now, place.file, place.line, place.column, width=len(name))
    return Problem(what, now, file)
