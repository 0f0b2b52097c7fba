import os
import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dovetail.errors import Problem
from dovetail.model.data import Place, Row, Table, locate
from dovetail.source.document import LARGEST, build, read_text, shown, stands_last

Write = Callable[[str, str], Path]
ProblemsOf = Callable[..., list[Problem]]


def read_document(path: Path) -> Table | Row:
    return build(read_text(path), shown(path))


def table(path: Path) -> Table:
    document = read_document(path)
    assert isinstance(document, Table)
    return document


def test_keys_and_values_know_where_they_stand(write: Write) -> None:
    document = table(write("x.yaml", "a:\n  b: [1, {c: two}]\n"))
    assert document == {"a": {"b": [1, {"c": "two"}]}}
    inner = document["a"]
    assert isinstance(inner, Table)
    assert inner.place_of_key("b") == Place(document.file, 2, 3)
    assert inner.place_of_value("b") == Place(document.file, 2, 6)
    assert locate(document, ("a", "b", 1, "c")) == Place(document.file, 2, 11)


def test_keys_stay_text_whatever_they_look_like(write: Write) -> None:
    assert list(table(write("x.yaml", "on: 1\nyes: 2\n1: 3\nnull: 4\ntrue: 5\n"))) == ["on", "yes", "1", "null", "true"]


def test_quoted_and_block_texts_stay_text(write: Write) -> None:
    document = table(write("x.yaml", 'a: "1"\nb: \'true\'\nc: |\n  12\nd: !!str 5\ne: !!int "5"\n'))
    assert document == {"a": "1", "b": "true", "c": "12\n", "d": "5", "e": 5}


def test_anchors_repeat_and_merge_gives_what_is_missing(write: Write) -> None:
    document = table(write("x.yaml", "base: &b {x: 1, y: 2}\nother: &o {z: 3, x: 9}\nm: {<<: [*b, *o], y: 5}\nr: *b\n"))
    assert document["m"] == {"y": 5, "x": 1, "z": 3}
    assert document["r"] == {"x": 1, "y": 2}
    assert locate(document, ("m", "x")) == Place(document.file, 1, 11)


def test_a_quoted_first_key_stays_the_first_when_merging(write: Write) -> None:
    document = table(write("x.yaml", "b: &b {x: 1}\nm: {<<: *b, http: GET /}\n"))
    merged = document["m"]
    assert isinstance(merged, Table)
    assert next(iter(merged)) == "http"


def test_an_empty_file_is_an_empty_map(write: Write) -> None:
    assert table(write("x.yaml", "# nothing\n")) == {}


def test_a_list_can_be_the_root(write: Write) -> None:
    document = read_document(write("x.yaml", "- a\n- b\n"))
    assert isinstance(document, Row)
    assert document.place_of_item(1) == Place(document.file, 2, 3)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    document = table(path)
    assert document == {"a": 1, "b": 2}
    assert document.place_of_key("b").line == 2


def test_columns_count_characters_not_bytes(write: Write) -> None:
    document = table(write("x.yaml", 'a: {"größe 🎉": 1, b: 2}\n'))
    assert locate(document, ("a", "b")) == Place(document.file, 1, 19)


@pytest.mark.parametrize(
    ("text", "what", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "`a` is there twice", 3, 1),
        ("a:\n\t- b\n", "a tab cannot indent", 2, 1),
        ("run: {{ port }}\n", "a map or a list cannot be a key", 1, 7),
        ("a: b: c\n", "a colon has no place here", 1, 5),
        ("a: [1, 2\nb: 3\n", "this list is not closed", 2, 2),
        ('a: "x\n', "a quote is not closed", 1, 6),
        ("a:\n  b: 1\n c: 2\n", "a key is expected here", 3, 2),
        ("a: @x\n", "`@` cannot begin a value", 1, 4),
        ("a: *b\n", "*b repeats what is not there yet", 1, 4),
        ("a: &a [*a]\n", "*a repeats what is not there yet", 1, 8),
        ("a: 1\n---\nb: 1\n", "a second document begins here", 2, 1),
        ("a: !!python/object:os.system x\n", "the tag tag:yaml.org,2002:python/object:os.system is not known", 1, 4),
        ("a: !mine {x: 1}\n", "the tag !mine is not known", 1, 4),
        ("a: !!int x\n", "'x' is no int", 1, 4),
        ("a: {<<: 5}\n", "`<<` takes maps", 1, 9),
        ("*a : 1\n", "*a repeats what is not there yet", 1, 1),
        ("just words\n", "this file holds a single value", 1, 1),
        ("a: \x01\n", "a character that no YAML may hold: U+0001", 1, 4),
        ("a: 1\rb: \x01\r", "a character that no YAML may hold: U+0001", 2, 4),
        ("a: 1\r\nb: [\r\n", "a value is expected here", 2, 5),
        ("# a\u2028b: 1\n", "a line separator that few editors show: U+2028", 1, 4),
        ("a:\r\n  'b\u2029c': 1\n", "a line separator that few editors show: U+2029", 2, 5),
        ("a: b\x85c\n", "a line separator that few editors show: U+0085", 1, 5),
        ("# äöü\n# äöü\na: ä\x1b\n# end\n# end\n", "a character that no YAML may hold: U+001B", 3, 5),
    ],
)
def test_broken_yaml_is_shown_under_its_line(
    write: Write, problems_of: ProblemsOf, text: str, what: str, line: int, column: int
) -> None:
    (problem,) = problems_of(read_document, write("x.yaml", text))
    assert (problem.what, problem.line, problem.column) == (what, line, column)
    assert problem.now
    shown = re.split("\r\n|\r|\n", text)[line - 1].replace("\t", " ")
    assert problem.text == re.sub("[\x01\x1b\x85\u2028\u2029]", "\N{REPLACEMENT CHARACTER}", shown)


def test_all_repeated_keys_of_a_file_are_told_together(write: Write, problems_of: ProblemsOf) -> None:
    problems = problems_of(read_document, write("x.yaml", "a: 1\na: 2\nb: {c: 1, c: 2}\n"))
    assert [problem.line for problem in problems] == [2, 3]


def test_aliases_that_explode_are_stopped_at_once(write: Write, problems_of: ProblemsOf) -> None:
    names = "abcdefghij"
    lines = ["a: &a [" + "x," * 9 + "x]"]
    lines += [f"{name}: &{name} [" + ",".join([f"*{before}"] * 10) + "]" for before, name in pairwise(names)]
    started = time.monotonic()
    (problem,) = problems_of(read_document, write("x.yaml", "\n".join(lines)))
    assert "explode" in problem.what
    assert time.monotonic() - started < 5


def test_deep_nesting_is_refused(write: Write, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(read_document, write("x.yaml", "[" * 5000 + "]" * 5000))
    assert "nested deeper" in problem.what or "not YAML" in problem.what


def test_a_file_of_20_mb_is_refused_by_its_size_alone(tmp_path: Path, problems_of: ProblemsOf) -> None:
    path = tmp_path / "x.yaml"
    with path.open("wb") as file:
        file.truncate(20_000_000)
    (problem,) = problems_of(read_document, path)
    assert problem.what == f"the file has 20 MB; at most {LARGEST // 1024 // 1024} MB are read"


def test_what_is_not_utf_8_names_offset_and_line(tmp_path: Path, problems_of: ProblemsOf) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: 1\nb: caf\xe9\n")
    (problem,) = problems_of(read_document, path)
    assert problem.what == "it is not UTF-8: byte 0xe9 at offset 11, line 2"
    assert (problem.line, problem.column) == (2, 7)


def test_a_missing_file_says_so(tmp_path: Path, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(read_document, tmp_path / "gone.yaml")
    assert problem.what == "it cannot be read: No such file or directory"


def test_a_folder_and_a_pipe_are_no_files(tmp_path: Path, problems_of: ProblemsOf) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        (problem,) = problems_of(read_document, path)
        assert problem.what == "this is not a file"


def test_a_path_below_the_working_directory_is_shown_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "deep" / "x.yaml") == "deep/x.yaml"
    monkeypatch.chdir(tmp_path / "deep")
    assert shown(tmp_path / "x.yaml") == str(tmp_path / "x.yaml")


def test_the_items_of_a_list_can_be_taken_while_the_file_is_parsed() -> None:
    taken: list[tuple[list[str], object, Place]] = []
    text = "on: orders\nchecks:\n- &first {name: a}\n- <<: *first\n  deep: [1, {x: 2}]\n- plain\n- *first\n"
    root = build(text, "x.yaml", "checks", lambda document, *item: taken.append(([*document], *item)))
    assert root == {"on": "orders", "checks": []}
    assert taken == [
        (["on", "checks"], {"name": "a"}, Place("x.yaml", 3, 3)),
        (["on", "checks"], {"name": "a", "deep": [1, {"x": 2}]}, Place("x.yaml", 4, 3)),
        (["on", "checks"], "plain", Place("x.yaml", 6, 3)),
        (["on", "checks"], {"name": "a"}, Place("x.yaml", 7, 3)),
    ]


def test_only_the_list_of_the_top_level_is_taken() -> None:
    taken: list[object] = []
    root = build("a: {checks: [1]}\nb:\n- checks: [2]\n", "x.yaml", "checks", lambda *item: taken.append(item))
    assert root == {"a": {"checks": [1]}, "b": [{"checks": [2]}]}
    assert taken == []


@pytest.mark.parametrize(
    ("text", "is_last"),
    [
        ("on: a\nchecks:\n  - b\n\n# a remark\n- c\n", True),
        ("checks: [a, b]\n", True),
        ("checks:\n- a\non: b\n", False),
        ("checks:\n- a\n'on': b\n", False),
        ("checks: [\na\n]\n", False),
        ("on: a\n", False),
        ("{on: a, checks: [b]}\n", False),
        ("deep:\n  checks:\n  - a\n", False),
        ("checks: []\nchecks: []\n", False),
        ("checks:\n- a\ron: b\n", False),
    ],
)
def test_a_key_stands_last_where_nothing_of_its_level_follows(text: str, *, is_last: bool) -> None:
    assert stands_last("checks", text) is is_last
