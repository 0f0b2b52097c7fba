"""One written value as the kind of its word wants it; called for every key of the language and of its technologies."""

from collections.abc import Callable, Mapping
from typing import cast

from msgspec import Struct

from dovetail.errors.nearest import suggest
from dovetail.model.data import Data, Row, Table
from dovetail.model.vocabulary import Word
from dovetail.source.quantity import LARGEST, parse_duration, parse_number, parse_share, parse_size

LONGEST = 40
NAMES: Mapping[type, str] = {
    Table: "a map",
    Row: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}


class WrongValueError(ValueError):
    """What a word wants and what it got; `now` is what to write."""

    def __init__(self, what: str, now: str) -> None:
        super().__init__(what)
        self.what = what
        self.now = now


class Kind(Struct, frozen=True):
    """`wants` says it in a sentence; `read` converts, and raises ValueError or TypeError."""

    wants: str
    read: Callable[[Data], Data]
    example: str = ""


def convert(word: Word, value: Data) -> Data:
    """Return `value` as `word` wants it; a text with `{{ }}` stays as it is until its step runs."""
    kind = KINDS[word.kind]
    if isinstance(value, str) and "{{" in value:
        return value
    if value is None and word.kind not in NULLABLE:
        raise WrongValueError(f"`{word.name}` is empty", f"it wants {kind.wants}{kind.example}")
    try:
        read = kind.read(value)
    except (ValueError, TypeError):
        raise WrongValueError(
            f"`{word.name}` wants {kind.wants}, got {describe(value)}", f"{word.doc}{kind.example}"
        ) from None
    if word.choices and read not in word.choices:
        raise WrongValueError(f"`{word.name}` cannot be {describe(value)}", suggest(str(read), word.choices))
    return read


def describe(value: Data) -> str:
    if isinstance(value, str):
        return f"`{value}`" if len(value) <= LONGEST else f"`{value[: LONGEST - 1]}…`"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    return NAMES.get(type(value), type(value).__name__)


def text(value: Data) -> Data:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError


def number(value: Data) -> Data:
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST:
        return value
    raise TypeError


def whole(value: Data) -> Data:
    read = number(value)
    if isinstance(read, int) and read >= 0:
        return read
    raise TypeError


def flag(value: Data) -> Data:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise TypeError


def condition(value: Data) -> Data:
    return str(value).lower() if isinstance(value, bool) else text(value)


def table(value: Data) -> Data:
    if isinstance(value, Table):
        return value
    raise TypeError


def row(value: Data) -> Data:
    if isinstance(value, Row):
        return value
    raise TypeError


def collection(value: Data) -> Data:
    if isinstance(value, Table | Row):
        return value
    raise TypeError


def names(value: Data) -> Data:
    listed = value if isinstance(value, Row) else [value]
    return tuple(text(item) for item in listed)


def texts(value: Data) -> Data:
    if not isinstance(value, Table):
        raise TypeError
    return {key: item if isinstance(item, str) else condition(item) for key, item in value.items()}


def same(value: Data) -> Data:
    return value


def amount(parse: Callable[[str | float], float]) -> Callable[[Data], Data]:
    def read(value: Data) -> Data:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return parse(value)
        raise TypeError

    return read


NULLABLE = frozenset({"any", "uses", "each"})
KINDS: Mapping[str, Kind] = {
    "string": Kind("text", text),
    "scope": Kind("text", text),
    "bound": Kind("text", text),
    "number": Kind("a number", number),
    "int": Kind("a whole number", whole),
    "bool": Kind("true or false", flag),
    "condition": Kind("a condition", condition, "; for example {{ user }}"),
    "duration": Kind("a duration", amount(parse_duration), "; for example 200ms, 2s or 1m30s"),
    "size": Kind("a size", amount(cast("Callable[[str | float], float]", parse_size)), "; for example 64k or 1MB"),
    "share": Kind("a share", amount(parse_share), "; for example 0.1%"),
    "map": Kind("a map", table),
    "list": Kind("a list", row),
    "names": Kind("a name or a list of names", names),
    "texts": Kind("a map of names to texts", texts),
    "any": Kind("any value", same),
    "expect": Kind("a map", table),
    "sla": Kind("a map", table),
    "retries": Kind("a map", table),
    "breaker": Kind("a map", table),
    "services": Kind("a map of services by name", table),
    "environments": Kind("a map of environments by name", table),
    "checks": Kind("a list of checks", row),
    "steps": Kind("a list of steps", row),
    "uses": Kind("a map of services by name", same),
    "probes": Kind("a probe or a list of probes", same),
    "secrets": Kind("a list of names", row),
    "faults": Kind("a fault or a list of faults", same),
    "each": Kind("a list of rows, or a file", same),
    "inputs": Kind("a list of names, or a map to defaults", collection),
    "outputs": Kind("a list of names, or a map to saved names", collection),
}
