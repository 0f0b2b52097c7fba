"""One step: what it fills in, what it keeps."""

from typing import Any, cast

from dovetail.check.renderer import Renderer
from dovetail.engine.asking import StepOrder
from dovetail.engine.step import fill_act, name_step, save_values
from dovetail.model.check import Step
from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Verb, Word

QUERY = Verb("store.query", Word("sql", "bound", ""), "")
ASK = Verb("web.ask", Word("path", "string", ""), "")


def order(step: Step, verb: Verb, *, is_plain: bool = False, **scope: Data) -> StepOrder:
    return StepOrder(step, verb, cast("Any", None), scope, 1.0, Renderer(), is_plain=is_plain)


def test_values_of_a_statement_travel_beside_it() -> None:
    act = fill_act(order(Step("store.query", "db", "select {{ id }}"), QUERY, id="1; drop"))
    assert act.subject == Bound(("select ", ""), ("1; drop",))


def test_values_of_a_text_and_of_fields_are_written_in() -> None:
    act = fill_act(order(Step("web.ask", "web", "/{{ id }}", {"json": {"n": "{{ id }}"}}), ASK, id=7))
    assert (act.subject, act.fields) == ("/7", {"json": {"n": 7}})


def test_plain_words_are_taken_as_they_are() -> None:
    step = Step("web.ask", "web", {"path": "/a"}, {"json": {"n": 1}})
    act = fill_act(order(step, ASK, is_plain=True))
    assert (act.subject, act.fields) == (step.subject, step.fields)
    assert fill_act(order(Step("store.query", "db", "select 1"), QUERY, is_plain=True)).subject == Bound(
        ("select 1",), ()
    )


def test_what_is_saved_is_known_to_later_steps_and_what_is_not_there_is_told() -> None:
    scope: dict[str, Data] = {}
    step = Step("web.ask", "web", "/", save={"order": "json.id", "name": "json.nme"})
    (missed,) = save_values(step, {"json": {"id": 7, "name": "x"}}, scope)
    assert scope == {"order": 7}
    assert (missed.path, missed.why) == ("save.name", "did you mean `name`?")


def test_a_step_without_a_name_is_called_by_what_it_does() -> None:
    named = [Step("web.ask", "web", "/a", name="look"), Step("web.ask", "web", "/a"), Step("web.ask", "web", {"x": 1})]
    assert [name_step(step) for step in named] == ["look", "/a", "web.ask"]
