"""Names without a value are told before anything starts."""

from typing import cast

import pytest

from dovetail.engine.name import find_unknown_names, find_unusable_saves, has_slots
from dovetail.model.check import Action, Check, Fragment, Step, Together
from dovetail.model.data import Data, Place, Table
from dovetail.source.document import build


def ask(text: str, save: dict[str, str] | None = None, expect: dict[str, Data] | None = None) -> Step:
    return Step("http.request", "orders", text, {}, expect or {}, save or {})


def check(*actions: Action, cleanup: tuple[Action, ...] = ()) -> Check:
    return Check("c", "c", "api", actions, cleanup=cleanup, inputs={"role": "admin"})


@pytest.mark.parametrize(
    "played",
    [
        check(ask("GET /{{ role }}/{{ unique.id }}/{{ now }}/{{ orders.address }}/{{ check.id }}/{{ seed }}")),
        check(ask("POST /", {"order": "json.id"}), ask("GET /{{ order }}"), cleanup=(ask("DELETE /{{ order }}"),)),
        check(Together((ask("POST /", {"a": "json.id"}), ask("POST /", {"b": "json.id"}))), ask("GET /{{ a }}{{ b }}")),
        check(
            Fragment("f", (ask("GET /{{ who }}", {"t": "x"}),), {"who": "{{ role }}"}, {"token": "t"}),
            ask("{{ token }}"),
        ),
        Check("c", "c", "api", (), condition="{{ role }}", inputs={"role": "{{ unique.id }}"}),
        check(ask("GET /", expect={"json": "{{ unique }}"})),
        check(ask("GET /{{ nobody | default('x') }}{{ unique.email_2 }}")),
        check(ask("GET /", expect={"json": {"id": "\\{{ literally }}"}})),
    ],
)
def test_what_is_given_saved_or_handed_out_is_known(played: Check) -> None:
    assert find_unknown_names(played, ("orders",)) == []


@pytest.mark.parametrize(
    ("played", "name"),
    [
        (check(ask("GET /{{ rol }}")), "rol"),
        (check(ask("GET /{{ order }}"), ask("POST /", {"order": "json.id"})), "order"),
        (check(ask("GET /", expect={"json": {"items": [{"id": "{{ order }}"}]}})), "order"),
        (check(Fragment("f", (ask("GET /{{ role }}"),))), "role"),
        (check(Fragment("f", (ask("GET /", {"t": "x"}),)), ask("{{ t }}")), "t"),
        (check(cleanup=(ask("DELETE /{{ order }}"),)), "order"),
        (check(ask("GET /", expect={"json": {"n": 1, "{{ order }}": [2, None]}})), "order"),
        (Check("c", "c", "api", (), condition="{{ order }} == full", inputs={"role": "admin"}), "order"),
        (Check("c", "c", "api", (), inputs={"role": "{{ role }}"}), "role"),
        (check(ask("GET /{{ unique.emial }}")), "unique.emial"),
    ],
)
def test_what_nothing_gives_a_value_is_told(played: Check, name: str) -> None:
    problems = find_unknown_names(played, ("orders",))
    assert [f"nothing is called {name} here" in problem.what for problem in problems] == [True]


def test_the_place_and_the_nearest_name_are_told() -> None:
    fields = Table("a.yaml")
    fields["json"] = "{{ rol }}"
    fields.marks["json"] = (7, 9, 7, 15)
    problem = find_unknown_names(check(Step("http.request", "orders", "POST /", fields)), ())[0]
    assert (problem.file, problem.line, problem.column) == ("a.yaml", 7, 15)
    assert problem.now == "did you mean role?"


def test_without_a_near_name_all_that_are_known_are_told() -> None:
    (problem,) = find_unknown_names(check(ask("GET /{{ quantity }}")), ("orders",))
    assert problem.now == "known here: check, now, orders, role, seed, unique"


def test_a_key_and_an_item_that_ask_for_nobody_stand_where_they_are_written() -> None:
    fields = build("x: 1\njson:\n  {'{{ rol }}': [1, '{{ rle }}']}\n", "a.yaml")
    assert isinstance(fields, Table)
    problems = find_unknown_names(check(Step("http.request", "orders", "POST /", fields)), ())
    assert [(problem.line, problem.column) for problem in problems] == [(3, 4), (3, 21)]


@pytest.mark.parametrize(
    "played",
    [
        check(ask("GET /{{ role }}")),
        check(ask("GET /", expect={"json": {"items": [{"{{ role }}": 1}]}})),
        check(cleanup=(ask("DELETE /{{ role }}"),)),
        check(Together((ask("GET /{{ role }}"),))),
        check(Fragment("f", (ask("GET /"),), {"who": "{{ role }}"})),
        Check("c", "c", "api", (ask("GET /"),), condition="{{ role }} == admin"),
        Check("c", "c", "api", (ask("GET /"),), inputs={"role": "{{ unique.id }}"}),
    ],
)
def test_a_slot_is_seen_wherever_it_stands(played: Check) -> None:
    assert has_slots(played)


def test_plain_words_have_no_slot() -> None:
    assert not has_slots(check(ask("GET /{a}", expect={"json": {"id": "}} {"}}), cleanup=(ask("DELETE /a"),)))


@pytest.mark.parametrize(
    ("save", "what"),
    [
        ({"x": "json..id"}, "'json..id' is no path: it cannot be read from '..id' on"),
        ({"x": "json.{{ key }}"}, "'json.{{ key }}' is no path: it cannot be read from '.{{ key }}' on"),
        ({"the order": "json.id"}, "nothing can ask for 'the order': no {{ }} reads such a name"),
    ],
)
def test_what_cannot_be_saved_or_asked_for_is_told_before_anything_starts(save: dict[str, str], what: str) -> None:
    saved = Table("a.yaml")
    saved.update(save)
    saved.marks = dict.fromkeys(save, (7, 9, 7, 13))
    step = Step("http.request", "orders", "GET /", {}, {}, cast("dict[str, str]", saved), place=Place("a.yaml", 5, 3))
    told = find_unusable_saves(step)
    assert [(problem.what, problem.file, problem.line, problem.column) for problem in told] == [(what, "a.yaml", 7, 9)]
    assert all(problem.now for problem in find_unusable_saves(ask("GET /", save)))


def test_what_can_be_saved_is_no_mistake() -> None:
    save = {"order-id": "json.items[0].id", "größe_2": 'headers["x-id"]', "all": "json"}
    assert not [*find_unusable_saves(ask("GET /", save))]
