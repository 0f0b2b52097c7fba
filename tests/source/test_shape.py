import json
from typing import cast

import jsonschema_rs
import pytest

from dovetail.model.vocabulary import Word
from dovetail.source.shape import SIMPLE, TYPES, shape_of
from dovetail.source.value import KINDS, WrongValueError, convert

SAMPLES = [
    *("x", "200ms", "1m 30s", "64k", "0.1%", "5", "1.5", "true", "soon", "{{ v }}", 5, 1.5, -1, 0, True, False),
    *("1_000", " 5 ", "5\n", "+1", "-1", "-0", "1e3", ".5", "5.", "00.5", "\u0663", "\u0663s", "\u0663%", "\u0663k"),
    *("100.0%", "100.5%", "099%", "101%", "5.%", "1e-1%", "1.0", "1.5", "1.5KiB", "5i", "5iB", "5 b", "5µs", "5S", ""),
    *("1.5s2ms", "1s 2", "s", "--1", "1 000", "nan", "inf", "True", " true", 2, 0.5),
]
PLAIN = sorted({*SIMPLE, *TYPES} - {"any", "map", "list", "names", "texts"})


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("sample", SAMPLES)
def test_an_editor_accepts_what_the_reader_accepts(kind: str, sample: str | float) -> None:
    word = Word("x", kind, "a word")
    schema = cast("dict[str, object]", json.loads(json.dumps(shape_of(word))))
    try:
        convert(word, sample)
    except WrongValueError:
        is_read = False
    else:
        is_read = True
    assert jsonschema_rs.is_valid(schema, sample) == is_read


def test_choices_are_offered() -> None:
    schema = shape_of(Word("x", "string", "a word", choices=("a", "b")))
    assert jsonschema_rs.is_valid(schema, "a")
    assert jsonschema_rs.is_valid(schema, "{{ v }}")
    assert not jsonschema_rs.is_valid(schema, "c")


def test_every_kind_has_a_shape() -> None:
    assert all(shape_of(Word("x", kind, "a word")) for kind in KINDS)
