from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import pytest

from dovetail.check.renderer import Renderer
from dovetail.check.unique import Unique
from dovetail.errors import SuiteError
from dovetail.model.data import Bound, Data, Place, Row, Table

SCOPE: Mapping[str, Data] = {
    "order": {"id": 5, "items": [{"sku": "A"}], "note": None},
    "name": "o'neil",
    "now": datetime(2026, 1, 31, 12, tzinfo=UTC),
    "unique": Unique("seed", "check"),
}
HERE = Place("orders.yaml", 4, 9)


@pytest.mark.parametrize(
    ("written", "filled"),
    [
        ("plain", "plain"),
        ("{{ order.id }}", 5),
        ("{{ order }}", SCOPE["order"]),
        ("/orders/{{ order.id }}/{{ order.items[0].sku }}", "/orders/5/A"),
        ("{{ now | plus('1h') | date('%H') }}", "13"),
        ("{{ nobody | default('x') }}", "x"),
        ("{{ order.nothing.deep | default('x') }}", "x"),
        ("{{ order.note | default('x') }}", "x"),
        ("x{{ order.items }}", 'x[{"sku":"A"}]'),
        (r"\{{ plain }}", "{{ plain }}"),
        (r"\{{ plain }} {{ order.id }} {{ name }}", "{{ plain }} 5 o'neil"),
        ({"a": ["{{ order.id }}", 1]}, {"a": [5, 1]}),
        ({"k-{{ order.id }}": "{{ name }}"}, {"k-5": "o'neil"}),
        (("{{ order.id }}",), [5]),
        (7, 7),
        (None, None),
    ],
)
def test_values_are_filled_in(written: Data, filled: Data) -> None:
    assert Renderer().render(written, SCOPE) == filled


def test_what_holds_no_slot_is_the_very_same() -> None:
    table = Table("a.yaml")
    table["a"] = [1, {"b": "text"}]
    assert Renderer().render(table, SCOPE) is table


def test_filling_in_leaves_what_was_written_alone() -> None:
    written: Data = {"a": "{{ order.id }}"}
    Renderer().render(written, SCOPE)
    assert written == {"a": "{{ order.id }}"}


def test_a_filled_in_text_is_not_filled_in_again() -> None:
    assert Renderer().render("{{ name }}", {"name": "{{ order.id }}"}) == "{{ order.id }}"


@pytest.mark.parametrize(
    ("written", "what", "now"),
    [
        ("{{ ordr.id }}", "nothing is called ordr", "did you mean `order`?"),
        ("{{ order.idd }}", "order has no idd", "did you mean `id`?"),
        ("{{ order.items[3] }}", "order.items has no item 3", "it has 1 items"),
        ("a {{ order.note }}", "cannot stand in a text: it is null", ""),
        ("{{ order.items | int }}", "int cannot be had of this value", ""),
        ("{{ name | plus(1) }}", "plus cannot be had of this value", ""),
        ("{{ unique.emial }}", "unique has no emial", "did you mean `email`?"),
        ("{{ name", "never closed", "close it"),
        ({"{{ order.note }}": 1}, "cannot be a key", ""),
    ],
)
def test_what_cannot_be_filled_in_is_told_at_its_place(written: Data, what: str, now: str) -> None:
    with pytest.raises(SuiteError) as refusal:
        Renderer().render(written, SCOPE, HERE)
    (problem,) = refusal.value.problems
    assert what in problem.what
    assert now in problem.now
    assert Place(problem.file, problem.line, problem.column) == HERE


def written_in_a_file() -> Table:
    row = Row("orders.yaml")
    row += ["{{ order.id }}", "{{ nobody }}"]
    row.marks += [(8, 5), (9, 5)]
    table = Table("orders.yaml")
    table["a"] = "{{ order.id }}"
    table.marks["a"] = (6, 1, 6, 4)
    table["b"] = row
    table.marks["b"] = (7, 1, 7, 4)
    return table


def test_a_value_read_from_a_file_is_told_at_its_own_place() -> None:
    with pytest.raises(SuiteError) as refusal:
        Renderer().render(written_in_a_file(), SCOPE, HERE)
    problem = refusal.value.problems[0]
    assert (problem.file, problem.line, problem.column) == ("orders.yaml", 9, 5)


def test_names_are_gathered_from_texts_keys_and_lists() -> None:
    names = Renderer().names_in({"{{ a.b }}": ["{{ c }} {{ d | upper }}", 1, {"x": "{{ e[0] }}"}]})
    assert names == {"a", "c", "d", "e"}
    assert Renderer().names_in(written_in_a_file()) == {"order", "nobody"}


def test_gathering_names_finds_slots_that_cannot_be_read() -> None:
    table = written_in_a_file()
    table["a"] = "{{ a | uper }}"
    with pytest.raises(SuiteError) as refusal:
        Renderer().names_in(table)
    assert refusal.value.problems[0].line == 6


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("select 1", Bound(("select 1",), ())),
        ("where id = {{ order.id }}", Bound(("where id = ", ""), (5,))),
        ("values ({{ order.id }}, {{ name }})", Bound(("values (", ", ", ")"), (5, "o'neil"))),
        (
            "-- don't\nwhere a = 'it''s' and id = {{ order.id }}",
            Bound(("-- don't\nwhere a = 'it''s' and id = ", ""), (5,)),
        ),
        ("/* it's */ {{ order.id }}", Bound(("/* it's */ ", ""), (5,))),
        (r"select '\{{ x }}'", Bound(("select '{{ x }}'",), ())),
    ],
)
def test_values_of_a_statement_are_bound(text: str, bound: Bound) -> None:
    assert Renderer().bind(text, SCOPE) == bound


@pytest.mark.parametrize("text", ["where id = '{{ name }}'", "like '%{{ name }}%'"])
def test_quotes_around_a_bound_value_are_refused(text: str) -> None:
    with pytest.raises(SuiteError, match="stands in quotes") as refusal:
        Renderer().bind(text, SCOPE, HERE)
    assert refusal.value.problems[0].line == HERE.line


class Lazy(Mapping[str, Data]):
    """Works its values out when asked for, and remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getitem__(self, name: str) -> Data:
        if name not in ("a", "b"):
            raise KeyError(name)
        self.asked.append(name)
        return name.upper()

    def __iter__(self) -> Iterator[str]:
        return iter(("a", "b"))

    def __len__(self) -> int:
        return 2


def test_a_scope_may_work_its_values_out_when_asked() -> None:
    scope = Lazy()
    assert Renderer().render("{{ a }}", scope) == "A"
    assert set(scope.asked) == {"a"}


@pytest.mark.parametrize(
    "written", ["{{ nobody | json }}", "{{ order.nothing | json }}", "{{ nobody | upper | default('x') }}"]
)
def test_only_default_before_all_others_stands_in_for_what_is_not_there(written: str) -> None:
    with pytest.raises(SuiteError, match=r"nothing is called nobody|order has no nothing"):
        Renderer().render(written, SCOPE, HERE)
