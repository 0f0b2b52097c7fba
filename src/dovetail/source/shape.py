"""The JSON Schema of one word; called by the editor schema."""

from collections.abc import Mapping

from dovetail.model.data import Data
from dovetail.model.vocabulary import Word
from dovetail.source.quantity import DURATION, SHARE, SIGNED, SIZE, WHOLE

UNFILLED = r"\{\{|\$\{"
REFERENCES = frozenset(
    {
        *("services", "environments", "secrets", "probes", "uses", "sla", "retries", "breaker"),
        *("checks", "steps", "faults", "each", "scope", "inputs", "outputs", "expect"),
    }
)
PATTERNS = {
    "bool": "^(true|false)$",
    **{
        kind: rf"^\s*({written})\s*$"
        for kind, written in (
            ("number", SIGNED),
            ("int", WHOLE),
            ("duration", DURATION),
            ("size", SIZE),
            ("share", SHARE),
        )
    },
}
TYPES: Mapping[str, Mapping[str, Data]] = {
    "number": {"type": "number"},
    "int": {"type": "integer", "minimum": 0},
    "bool": {"type": "boolean"},
    "duration": {"type": "number", "minimum": 0},
    "size": {"type": "number", "minimum": 0},
    "share": {"type": "number", "minimum": 0, "maximum": 1},
    "map": {"type": "object"},
    "list": {"type": "array"},
}
TEXT: Mapping[str, Data] = {"type": ["string", "number"]}
NAME_LIST: Mapping[str, Data] = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
TEXT_MAP: Mapping[str, Data] = {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
SIMPLE: Mapping[str, Mapping[str, Data]] = {
    "string": TEXT,
    "bound": TEXT,
    "condition": {"type": ["string", "number", "boolean"]},
    "names": NAME_LIST,
    "texts": TEXT_MAP,
    "any": {},
}


def shape_of(word: Word) -> dict[str, Data]:
    """Return what an editor may offer and accept behind `word`."""
    if word.choices:
        return {"anyOf": [{"enum": list(word.choices)}, unfilled()], "description": word.doc}
    if word.kind in REFERENCES:
        return {**reference(word.kind), "description": word.doc}
    if word.kind in SIMPLE:
        return {**SIMPLE[word.kind], "description": word.doc}
    return {"anyOf": [TYPES[word.kind], pattern_of(word.kind)], "description": word.doc}


def pattern_of(kind: str) -> dict[str, Data]:
    """Return the text forms of a kind; a template or a variable can stand for any value."""
    written = PATTERNS.get(kind)
    return {"type": "string", "pattern": f"{written}|{UNFILLED}"} if written else unfilled()


def unfilled() -> dict[str, Data]:
    return {"type": "string", "pattern": UNFILLED}


def reference(name: str) -> dict[str, Data]:
    return {"$ref": f"#/$defs/{name}"}


def map_of(shape: Data) -> dict[str, Data]:
    return {"type": "object", "additionalProperties": shape}
