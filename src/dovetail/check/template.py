r"""A text with `{{ name.path[0] | filter(1) }}` in it, taken apart once; `\{{` stands for the braces themselves.

Called by the renderer. There is no other syntax, and nothing in it is ever evaluated as code.
"""

import re

import msgspec
from msgspec import Struct

from dovetail.check.filter import FILTERS
from dovetail.check.route import parse_route
from dovetail.errors import Problem, SuiteError
from dovetail.errors.nearest import nearest
from dovetail.model.data import LISTS, PLAIN, Data, Path

STRING = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
ARGUMENT = rf"(?:{STRING}|-?\d+(?:\.\d+)?|true|false|null)"
BRACES = "{{"
OPENING = r"\\?\{\{"
ROUTE = rf"\s*(?P<route>[A-Za-z_][\w-]*(?:\.[\w$@-]+|\[(?:-?\d+|{STRING})\])*)\s*"
FILTER = rf"\|\s*(?P<name>\w++)\s*+(?:\(\s*(?P<arguments>(?:{ARGUMENT}(?:\s*,\s*{ARGUMENT})*)?)\s*\)\s*|(?!\())"
CLOSING = "}}"
CONSTANTS: dict[str, Data] = {"true": True, "false": False, "null": None}


class FilterCall(Struct, frozen=True):
    name: str
    arguments: tuple[Data, ...] = ()


class Slot(Struct, frozen=True):
    """One `{{ … }}`: the name it starts at, the path from there, and what the value goes through."""

    name: str
    path: Path
    filters: tuple[FilterCall, ...]
    written: str


class Template(Struct, frozen=True):
    """Texts and slots in turn: one text more than slots."""

    texts: tuple[str, ...]
    slots: tuple[Slot, ...]


def holds_slot(written: Data) -> bool:
    """Tell whether some text or key in what was written has braces that open a slot; most have none."""
    if isinstance(written, str):
        return BRACES in written
    if type(written) in PLAIN:
        return False
    if isinstance(written, dict):
        for key, value in written.items():
            if BRACES in key or holds_slot(value):
                return True
    elif isinstance(written, LISTS):
        return any(map(holds_slot, written))
    return False


def parse_template(text: str) -> Template:
    """Take a text apart; a SuiteError names the part that cannot be read."""
    opening = re.compile(OPENING)
    texts, slots, plain, position = [], [], "", 0
    while found := opening.search(text, position):
        plain += text[position : found.start()]
        position = found.end()
        if found[0].startswith("\\"):
            plain += "{{"
            continue
        slot, position = _parse_slot(text, found.start())
        texts.append(plain)
        slots.append(slot)
        plain = ""
    return Template((*texts, plain + text[position:]), tuple(slots))


def _parse_slot(text: str, start: int) -> tuple[Slot, int]:
    route = re.compile(ROUTE).match(text, start + 2)
    if route is None:
        raise _mistake(text, start, start + 2)
    filter_ = re.compile(FILTER)
    position, calls = route.end(), []
    while found := filter_.match(text, position):
        calls.append(_parse_filter(found["name"], found["arguments"] or ""))
        position = found.end()
    if not text.startswith(CLOSING, position):
        raise _mistake(text, start, position)
    end = position + len(CLOSING)
    name, *path = parse_route(route["route"])
    return Slot(str(name), tuple(path), tuple(calls), text[start:end]), end


def _parse_filter(name: str, written: str) -> FilterCall:
    arguments = tuple(_read_argument(found[0]) for found in re.finditer(ARGUMENT, written))
    known = FILTERS.get(name)
    if known is None:
        close = nearest(name, FILTERS)
        now = f"did you mean {close}?" if close else f"filters are {', '.join(FILTERS)}"
        raise SuiteError(Problem(f"there is no filter {name}", now))
    if not known.least <= len(arguments) <= known.most:
        what = f"the filter {name} does not take {len(arguments)} values"
        raise SuiteError(Problem(what, f"for example {known.example}"))
    return FilterCall(name, arguments)


def _read_argument(written: str) -> Data:
    if written in CONSTANTS:
        return CONSTANTS[written]
    if written[0] in "\"'":
        return re.sub(r"\\(.)", lambda found: {"n": "\n", "t": "\t"}.get(found[1], found[1]), written[1:-1])
    number: int | float = msgspec.json.decode(written)
    return number


def _mistake(text: str, start: int, position: int) -> SuiteError:
    end = text.find("}}", start)
    if end < 0:
        what, now = (
            f"{{{{ is never closed: {text[start : start + 40]!r}",
            "close it with }}, or write \\{{ for the braces",
        )
    else:
        rest = text[position:end].strip() or "}}"
        what = f"{text[start : end + 2]} cannot be read from {rest!r} on"
        now = "write {{ name.path[0] | filter }}, or \\{{ for the braces themselves"
    return SuiteError(Problem(what, now))
