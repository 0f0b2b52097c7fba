from dovetail.model.data import Data, Place, Table
from dovetail.model.vocabulary import Word
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


def test_what_nothing_fills_in_cannot_be_a_template() -> None:
    entry, _ = read(name="x", wait="{{ wait }}", times="{{ times }}", is_loud="{{ loud }}")
    assert (entry.number("wait"), entry.count("times"), entry.flag("is_loud")) == (None, None, False)
    assert list_of(entry.mistakes) == [f"`{key}` cannot be a template" for key in ("wait", "times", "is_loud")]
