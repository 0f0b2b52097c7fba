"""Short forms and what they mean."""

from dovetail.engine.shorthand import spell_out
from dovetail.model.check import Check, Fragment, Step, Together
from dovetail.model.data import Table, locate


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
    check = Check("c", "c", "api", (Step("http.request", "a", "GET /"),))
    assert spell_out(check) is check
