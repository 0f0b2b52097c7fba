"""Short forms and what they mean."""

from msgspec.structs import replace

from dovetail.engine.shorthand import spell_out
from dovetail.model.check import Check, Fragment, Step, Together
from dovetail.model.data import Place, Table, locate


def short() -> Step:
    subject = Table("a.yaml")
    subject.update({"on": "stripe", "times": 1})
    subject.marks.update({"on": (4, 9, 4, 13), "times": (4, 21, 4, 28)})
    return Step("called", "", subject)


def test_times_in_the_subject_is_an_expectation_with_its_place() -> None:
    step = spell_out(Check("c", "c", "api", (short(),))).actions[0]
    assert isinstance(step, Step)
    assert step.expect == {"times": 1}
    place = locate(step.expect, ("times",))
    assert place is not None
    assert (place.file, place.line) == ("a.yaml", 4)


def test_what_is_expected_beside_the_short_form_keeps_its_place_and_wins() -> None:
    expect = Table("a.yaml")
    expect.update({"calls": [], "times": 2})
    expect.marks.update({"calls": (5, 11, 5, 18), "times": (6, 11, 6, 18)})
    step = spell_out(Check("c", "c", "api", (replace(short(), expect=expect),))).actions[0]
    assert isinstance(step, Step)
    assert step.expect == {"times": 2, "calls": []}
    assert [locate(step.expect, (key,)) for key in step.expect] == [Place("a.yaml", 6, 11), Place("a.yaml", 5, 11)]


def test_short_forms_are_found_everywhere() -> None:
    inside = (Together((short(),)), Fragment("f", (short(),)))
    spelled = spell_out(Check("c", "c", "api", inside, cleanup=(short(),)))
    together, fragment = spelled.actions
    assert isinstance(together, Together)
    assert isinstance(fragment, Fragment)
    inner, tidying = fragment.actions[0], spelled.cleanup[0]
    assert isinstance(inner, Step)
    assert isinstance(tidying, Step)
    assert together.steps[0].expect == inner.expect == tidying.expect == {"times": 1}


def test_a_check_without_short_forms_stays_itself() -> None:
    counted = Table("a.yaml")
    counted["on"] = "stripe"
    times = short().subject
    steps = (Step("http.request", "a", "GET /"), Step("called", "", counted), Step("http.request", "a", times))
    check = Check("c", "c", "api", steps)
    assert spell_out(check) is check
