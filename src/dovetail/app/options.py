"""Every option of a run in one table; command line, `dovetail config`, docs and the reader of defaults use it."""

from typing import Literal, TypeVar

from msgspec import Struct

from dovetail.model.data import Data
from dovetail.source.quantity import parse_duration

Kind = Literal["text", "bool", "int", "duration", "agents", "names"]
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})
Amount = TypeVar("Amount", int, float)
Value = str | bool | int | float | tuple[str, ...] | None


class WrongValueError(ValueError):
    """A value that its option cannot take; the message is the reason."""


class Option(Struct, frozen=True):
    """`name` is its key under `defaults:`; `short` a one-letter flag; `metavar` stands for the value in the help."""

    name: str
    kind: Kind
    doc: str
    default: Value = False
    short: str = ""
    metavar: str = ""
    choices: tuple[str, ...] = ()

    @property
    def flag(self) -> str:
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        return f"DOVETAIL_{self.name.upper()}"


FORMATS = ("html", "json", "junit", "markdown", "ctrf", "allure")

WRITTEN = f"reports to write, by comma: {', '.join(FORMATS)}"
ANNOTATED = "tell GitHub what was found at which line, and the job's summary: auto, github or none"

RUN_OPTIONS: tuple[Option, ...] = (
    Option("environment", "text", "the environment of dovetail.yaml to run against", "local", "e", "NAME"),
    Option("parallel", "agents", "checks played at once: a number, or auto (2 a core, at least 4)", None, "j", "N"),
    Option("timeout", "duration", "how long a check may take where it says nothing itself", 30.0, metavar="TIME"),
    Option("retry", "int", "how often a failed check is tried again; passing then is flaky", 0, metavar="N"),
    Option("mock_external", "bool", "use the stand-ins of external services; there are none yet"),
    Option("report_format", "names", WRITTEN, ("html",), "r", "FORMATS", FORMATS),
    Option("report_dir", "text", "the folder for reports, seen from dovetail.yaml", "reports", metavar="FOLDER"),
    Option("annotations", "text", ANNOTATED, "auto", metavar="WHERE", choices=("auto", "github", "none")),
    Option("failed", "bool", "only the checks that did not pass in the last run"),
    Option("fail_fast", "bool", "start no further check once one has failed"),
    Option("allow_flaky", "bool", "end with 0 where checks were flaky and nothing worse"),
    Option("seed", "text", "the seed of order and unique data, as the last run printed it", "", metavar="SEED"),
    Option("direct", "bool", "no edge proxies between services: no faults, no evidence"),
    Option("keep", "bool", "leave the environment running afterwards; `dovetail down` ends it"),
    Option("tags", "text", "only checks whose tags hold: critical and not slow", "", "t", "WORDS"),
    Option("text", "text", "only checks whose name or id holds these words", "", "k", "WORDS"),
    Option("runs_kept", "int", "how many runs `.dovetail/runs` keeps", 20, metavar="N"),
)

BY_NAME = {option.name: option for option in RUN_OPTIONS}


def read_value(option: Option, written: Data) -> Value:
    """Turn what a flag, a variable or the file says into the option's value; raises WrongValueError."""
    match option.kind:
        case "bool":
            return _read_bool(written)
        case "int":
            return _read_int(written)
        case "agents":
            return None if written in ("auto", None) else _above_zero(_read_int(written), written)
        case "duration":
            return _above_zero(_read_duration(written), written)
        case "names":
            return _read_names(option, written)
        case _:
            return _read_text(option, written)


def _read_text(option: Option, written: Data) -> str:
    text = "" if written is None else str(written)
    if not text.isascii() and text != text.encode(errors="replace").decode():
        raise WrongValueError(f"{text!r} is not UTF-8")
    if option.choices and text not in option.choices:
        raise WrongValueError(f"there is no {text!r}; there are {', '.join(option.choices)}")
    return text


def _read_bool(written: Data) -> bool:
    if isinstance(written, bool):
        return written
    word = str(written).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise WrongValueError(f"{written!r} is neither true nor false")


def _read_duration(written: Data) -> float:
    if isinstance(written, bool) or not isinstance(written, str | int | float):
        raise WrongValueError(f"{written!r} is no duration; write 30s or 500ms")
    try:
        return parse_duration(written)
    except ValueError:
        raise WrongValueError(f"{written!r} is no duration; write 30s or 500ms") from None


def _read_int(written: Data) -> int:
    if isinstance(written, bool) or not isinstance(written, str | int):
        raise WrongValueError(f"{written!r} is no whole number")
    try:
        number = int(written)
    except ValueError:
        raise WrongValueError(f"{written!r} is no whole number") from None
    if number < 0:
        raise WrongValueError(f"{written!r} is less than 0")
    return number


def _above_zero(amount: Amount, written: Data) -> Amount:
    if amount <= 0:
        raise WrongValueError(f"{written!r} is too little; it must be more than 0")
    return amount


def _read_names(option: Option, written: Data) -> tuple[str, ...]:
    items = written.split(",") if isinstance(written, str) else written
    if not isinstance(items, list | tuple):
        raise WrongValueError(f"{written!r} is no list of {option.metavar.lower()}")
    names = tuple(dict.fromkeys(str(item).strip() for item in items if str(item).strip()))
    for name in names:
        if option.choices and name not in option.choices:
            raise WrongValueError(f"there is no {name!r}; there are {', '.join(option.choices)}")
    return names
