"""The filters of `{{ value | filter }}`: a closed list, each with its sentence and example; read by templates."""

import base64
import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import quote, unquote

import msgspec
from msgspec import Struct

from dovetail.check.equality import as_decimal, freeze, is_number
from dovetail.check.moment import read_moment, read_span
from dovetail.check.route import is_list
from dovetail.model.data import Data

JSON = msgspec.json.Encoder(decimal_format="number")
FROM_URL = str.maketrans("-_", "+/")


class Filter(Struct, frozen=True):
    """`apply` gets the value and the filter's own values; its ValueError or TypeError says what it cannot do."""

    name: str
    doc: str
    example: str
    apply: Callable[..., Data]
    least: int = 0
    most: int = 0


def write_text(value: Data) -> str:
    """Return a value as it stands inside of a text; there is no text for null."""
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError("it is null, which no text can hold; give it a value with | default('…')")
    for kind, write in WRITERS:
        if isinstance(value, kind):
            return write(value)
    return str(value)


def _write_json(value: Data) -> str:
    return JSON.encode(value).decode()


def _as_bytes(value: Data) -> bytes:
    return value if isinstance(value, bytes) else write_text(value).encode()


def _from_base64(value: Data) -> str:
    text = "".join(write_text(value).split()).translate(FROM_URL)
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode()


def _items(value: Data) -> Sequence[Any]:
    if not is_list(value):
        raise TypeError("it is no list")
    return value


def _distinct(value: Data) -> list[Data]:
    kept: dict[Hashable, Data] = {}
    for item in _items(value):
        kept.setdefault(freeze(item), item)
    return list(kept.values())


def _length(value: Data) -> int:
    if not isinstance(value, str | bytes | Mapping) and not is_list(value):
        raise TypeError("it has no length")
    return len(value)


def _item(index: int) -> Callable[[Data], Data]:
    def pick(value: Data) -> Data:
        items = value if isinstance(value, str) else _items(value)
        if not items:
            raise ValueError("it is empty")
        picked: Data = items[index]
        return picked

    return pick


def _object(value: Data) -> Mapping[str, Data]:
    if not isinstance(value, Mapping):
        raise TypeError("it is no object")
    return value


def _plus(sign: int) -> Callable[[Data, Data], Data]:
    def add(value: Data, other: Data) -> Data:
        if is_number(value) and is_number(other):
            total = as_decimal(value) + sign * as_decimal(other)
            kinds = type(value), type(other)
            return total if Decimal in kinds else float(total) if float in kinds else int(total)
        moment, span = read_moment(value), read_span(other)
        if moment is None or span is None:
            raise ValueError("only numbers, and durations such as '1h' on times, can be added")
        return moment + sign * span

    return add


def _moment(value: Data) -> datetime:
    moment = read_moment(value)
    if moment is None:
        raise ValueError("it is no time")
    return moment


def _round(value: Data, digits: int = 0) -> Data:
    if not is_number(value):
        raise TypeError("it is no number")
    return cast("Data", round(value, digits) if digits else round(value))


def _bool(value: Data) -> bool:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    text = write_text(value).strip().lower()
    if text not in words:
        raise ValueError("it is neither true nor false")
    return words[text]


def _default(value: Data, other: Data) -> Data:
    return other if value is None else value


WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda value: "true" if value else "false"),
    (bytes, lambda value: value.decode(errors="replace")),
    (date, lambda value: value.isoformat()),
    (timedelta, lambda value: f"{value.total_seconds():g}s"),
    (Decimal, lambda value: format(value, "f")),
    ((Mapping, list, tuple), _write_json),
)
TEXTS = (
    Filter("string", "as text", "{{ id | string }}", write_text),
    Filter("upper", "in capitals", "{{ code | upper }}", lambda value: write_text(value).upper()),
    Filter("lower", "in small letters", "{{ email | lower }}", lambda value: write_text(value).lower()),
    Filter("trim", "without blanks at both ends", "{{ line | trim }}", lambda value: write_text(value).strip()),
    Filter(
        "replace",
        "one text in place of another",
        "{{ id | replace('-', '') }}",
        lambda value, old, new: write_text(value).replace(write_text(old), write_text(new)),
        2,
        2,
    ),
    Filter(
        "split",
        "a list of the parts between a text",
        "{{ path | split('/') }}",
        lambda value, separator: write_text(value).split(write_text(separator)),
        1,
        1,
    ),
    Filter("url", "safe inside of a URL", "{{ name | url }}", lambda value: quote(write_text(value), safe="")),
    Filter("from_url", "what `url` made, undone", "{{ name | from_url }}", lambda value: unquote(write_text(value))),
    Filter("base64", "in base64", "{{ login | base64 }}", lambda value: base64.b64encode(_as_bytes(value)).decode()),
    Filter("from_base64", "what `base64` made, undone", "{{ token | from_base64 }}", _from_base64),
    Filter("json", "as JSON text", "{{ order | json }}", _write_json),
    Filter(
        "from_json",
        "JSON text as a value",
        "{{ body | from_json }}",
        lambda value: msgspec.json.decode(write_text(value)),
    ),
    Filter("sha256", "its digest", "{{ body | sha256 }}", lambda value: hashlib.sha256(_as_bytes(value)).hexdigest()),
)
NUMBERS = (
    Filter("int", "as a whole number", "{{ count | int }}", lambda value: int(write_text(value))),
    Filter("float", "as a number", "{{ total | float }}", lambda value: float(write_text(value))),
    Filter("bool", "as true or false", "{{ flag | bool }}", _bool),
    Filter("round", "to so many digits", "{{ total | round(2) }}", _round, 0, 1),
    Filter("plus", "a number, or a duration on a time", "{{ now | plus('1h') }}", _plus(1), 1, 1),
    Filter("minus", "a number, or a duration off a time", "{{ now | minus('1d') }}", _plus(-1), 1, 1),
)
LISTS = (
    Filter("length", "how many items, keys or characters", "{{ items | length }}", _length),
    Filter("first", "the first item", "{{ items | first }}", _item(0)),
    Filter("last", "the last item", "{{ items | last }}", _item(-1)),
    Filter(
        "join",
        "the items as one text",
        "{{ tags | join(', ') }}",
        lambda value, separator=",": write_text(separator).join(write_text(item) for item in _items(value)),
        0,
        1,
    ),
    Filter("sorted", "the items in order", "{{ names | sorted }}", lambda value: sorted(_items(value))),
    Filter("distinct", "each item once", "{{ tags | distinct }}", _distinct),
    Filter("sum", "the items added up", "{{ totals | sum }}", lambda value: sum(_items(value))),
    Filter("keys", "the keys of an object", "{{ order | keys }}", lambda value: list(_object(value))),
    Filter("values", "the values of an object", "{{ order | values }}", lambda value: list(_object(value).values())),
)
TIMES = (
    Filter(
        "date",
        "a time as text, `2026-01-31` or by a format",
        "{{ now | date('%d.%m.%Y') }}",
        lambda value, form="%Y-%m-%d": _moment(value).strftime(write_text(form)),
        0,
        1,
    ),
    Filter("iso", "a time as ISO 8601 writes it", "{{ now | iso }}", lambda value: _moment(value).isoformat()),
    Filter("epoch", "seconds since 1970", "{{ now | epoch }}", lambda value: int(_moment(value).timestamp())),
    Filter("epoch_ms", "the same in ms", "{{ now | epoch_ms }}", lambda value: int(_moment(value).timestamp() * 1000)),
)

DEFAULT = "default"

FILTERS: Mapping[str, Filter] = {
    one.name: one
    for one in (
        Filter(DEFAULT, "this where there is nothing", "{{ token | default('none') }}", _default, 1, 1),
        *TEXTS,
        *NUMBERS,
        *LISTS,
        *TIMES,
    )
}
