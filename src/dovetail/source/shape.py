"""The JSON Schema of one word; called by the editor schema."""

from collections.abc import Mapping

from dovetail.model.data import Data
from dovetail.model.vocabulary import Word
from dovetail.source.quantity import DURATION, SHARE, SIGNED, SIZE, WHOLE

VARIABLE = r"\$\{"
UNFILLED = rf"\{{\{{|{VARIABLE}"
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


def shape_of(word: Word, unfilled: str = UNFILLED) -> dict[str, Data]:
    """Return what an editor may offer and accept behind `word`; what matches `unfilled` can stand for any value."""
    if word.choices:
        return {"anyOf": [{"enum": list(word.choices)}, text_of(unfilled)], "description": word.doc}
    if word.kind in REFERENCES:
        return {**reference(word.kind), "description": word.doc}
    if word.kind in SIMPLE:
        return {**SIMPLE[word.kind], "description": word.doc}
    written = PATTERNS.get(word.kind)
    forms: list[Data] = [TYPES[word.kind], text_of(f"{written}|{unfilled}" if written else unfilled)]
    return {"anyOf": forms, "description": word.doc}


def closed_shape_of(word: Word) -> dict[str, Data]:
    """Return the shape of a word that no template fills in: a variable can stand for a value there, not for a map."""
    if word.kind in TYPES and word.kind not in PATTERNS:
        return {**TYPES[word.kind], "description": word.doc}
    return {**shape_of(word, VARIABLE), **({"minLength": 1} if word.is_required and word.kind == "string" else {})}


def text_of(pattern: str) -> dict[str, Data]:
    return {"type": "string", "pattern": pattern}


def reference(name: str) -> dict[str, Data]:
    return {"$ref": f"#/$defs/{name}"}


def map_of(shape: Data) -> dict[str, Data]:
    return {"type": "object", "additionalProperties": shape}
