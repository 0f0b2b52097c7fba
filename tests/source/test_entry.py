from pathlib import Path

import pytest

from dovetail.model.data import Data, Place, Row, Table
from dovetail.model.vocabulary import Word
from dovetail.source.document import build
from dovetail.source.entry import Entry
from dovetail.source.grammar import Keys
from dovetail.source.mistake import Mistakes

KEYS = Keys(
    "a thing",
    (
        Word("name", "string", "its name", is_required=True),
        Word("wait", "duration", "how long"),
        Word("tags", "names", "its tags"),
        Word("times", "int", "how often"),
        Word("is_loud", "bool", "whether it is heard"),
        Word("mode", "string", "how", choices=("1", "loud")),
        Word("parts", "steps", "what it is made of"),
        Word("labels", "texts", "its labels"),
    ),
    frozenset({"standin"}),
)


def table(**items: Data) -> Table:
    made = Table("x.yaml")
    for number, (key, value) in enumerate(items.items(), 1):
        made[key] = value
        made.marks[key] = (number, 1, number, 9)
    return made


def read(**items: Data) -> tuple[Entry, list[str]]:
    mistakes = Mistakes()
    entry = Entry(table(**items), KEYS, Place("x.yaml", 1), mistakes)
    return entry, list_of(mistakes)


def list_of(mistakes: Mistakes) -> list[str]:
    return [problem.what for problem in mistakes]


def test_values_are_read_by_their_words() -> None:
    entry, wrong = read(name="x", wait="2s", tags="a")
    assert (entry.text("name"), entry.number("wait"), entry.names("tags")) == ("x", 2.0, ("a",))
    assert wrong == []


def test_what_is_absent_reads_as_its_default() -> None:
    entry, _ = read(name="x")
    assert (entry.number("wait"), entry.names("tags"), entry.text("wait", "none")) == (None, (), "none")
    assert "wait" not in entry


def test_an_unknown_key_names_the_nearest_word() -> None:
    mistakes = Mistakes()
    Entry(table(name="x", wiat="2s"), KEYS, Place("x.yaml", 1), mistakes)
    (problem,) = mistakes
    assert (problem.what, problem.now, problem.line) == ("a thing has no key `wiat`", "did you mean `wait`?", 2)


def test_a_word_for_later_is_told_apart_from_an_unknown_one() -> None:
    _, wrong = read(name="x", standin="stripe")
    assert wrong == ["`standin` is not built yet"]


def test_a_missing_word_is_told_with_its_sentence() -> None:
    mistakes = Mistakes()
    Entry(table(wait=1), KEYS, Place("x.yaml", 7), mistakes, "the thing x")
    (problem,) = mistakes
    assert (problem.what, problem.now, problem.line) == ("the thing x lacks `name`", "its name", 7)


def test_a_wrong_value_stands_under_the_value_and_reads_as_absent() -> None:
    mistakes = Mistakes()
    entry = Entry(table(name="x", wait="soon"), KEYS, Place("x.yaml", 1), mistakes)
    assert entry.number("wait") is None
    (problem,) = mistakes
    assert (problem.what, problem.line, problem.column) == ("`wait` wants a duration, got `soon`", 2, 9)


def test_an_empty_value_stands_under_its_key() -> None:
    mistakes = Mistakes()
    entry = Entry(table(name=None), KEYS, Place("x.yaml", 1), mistakes)
    assert entry.text("name") == ""
    (problem,) = mistakes
    assert (problem.what, problem.column) == ("`name` is empty", 1)


@pytest.mark.parametrize("key", ["wait", "times", "is_loud", "mode", "parts", "labels", "tags"])
def test_what_nothing_fills_in_cannot_be_a_template(key: str) -> None:
    entry, _ = read(**{"name": "x", key: "{{ x }}"})
    assert entry.value(key) is None
    assert list_of(entry.mistakes) == [f"`{key}` cannot be a template"]


def test_a_template_among_names_that_nothing_fills_in_is_refused() -> None:
    tags = Row("x.yaml")
    tags.extend(["a", "{{ b }}"])
    tags.marks.extend([(1, 1), (1, 4)])
    entry, _ = read(name="x", tags=tags)
    assert entry.names("tags") == ()
    assert list_of(entry.mistakes) == ["`tags` cannot be a template"]


def test_what_is_filled_in_later_can_be_a_template() -> None:
    entry, _ = read(name="{{ x }}")
    assert entry.text("name") == "{{ x }}"
    assert list_of(entry.mistakes) == []


def test_a_number_is_no_way_round_the_choices() -> None:
    entry, _ = read(name="x", mode=2)
    assert entry.text("mode") == ""
    assert list_of(entry.mistakes) == ["`mode` cannot be `2`"]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.10", "1.10"),
        ("0x1F", "0x1F"),
        ("&v 1.10", "1.10"),
        ("!!int 5", "5"),
        ("!!int '5'", "5"),
        ("+5 # a remark", "+5"),
        (".nan", ".nan"),
    ],
)
def test_a_number_where_text_is_wanted_is_read_as_it_is_written(tmp_path: Path, written: str, text: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"name: {written}\ntags: [{written.partition(' #')[0]}]\nlabels: {{a: {written}\n}}\n")
    document = build(file.read_text(), str(file))
    assert isinstance(document, Table)
    entry = Entry(document, KEYS, Place(str(file), 1), Mistakes())
    assert (entry.text("name"), entry.names("tags"), entry.texts("labels")) == (text, (text,), {"a": text})


def test_a_repeated_fraction_where_text_is_wanted_says_how_to_keep_its_digits(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("wait: &v 1.10\nname: *v\n")
    document = build(file.read_text(), str(file))
    assert isinstance(document, Table)
    entry = Entry(document, KEYS, Place(str(file), 1), Mistakes())
    assert entry.text("name") == ""
    (problem,) = entry.mistakes
    assert (problem.what, problem.line) == ("*v repeats a number whose digits are lost", 2)


def test_a_repeated_whole_number_is_itself(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("wait: &v 17\nname: *v\n")
    document = build(file.read_text(), str(file))
    assert isinstance(document, Table)
    assert Entry(document, KEYS, Place(str(file), 1), Mistakes()).text("name") == "17"


def test_a_number_whose_place_holds_something_else_is_said_plainly(tmp_path: Path) -> None:
    file = tmp_path / "test_x.py"
    file.write_text("\nget(5, name=1.5)\n")
    said = Table(str(file))
    said["name"] = 1.5
    said.marks["name"] = (2, 1, 2, 1)
    assert Entry(said, KEYS, Place(str(file), 2), Mistakes()).text("name") == "1.5"
