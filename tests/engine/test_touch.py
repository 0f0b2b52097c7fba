"""What a check touches, read from its words."""

import pytest

from dovetail.engine.touch import edges_meant, find_named, has_together, touch
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Check, FaultOrder, Fragment, Step, Together
from dovetail.model.data import Place
from dovetail.model.system import Edge, Service, System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act

SYSTEM = System(
    "s", "s", services=(Service("a", run="x", uses=(Edge("a", "b", "http"),)), Service("b", run="x"), Service("c"))
)
TECHNOLOGIES = {"http.request": "http", "called": "stage", "kill": "stage"}
ASK, TELL = Step("http.request", "a", "GET /"), Step("http.request", "b", "POST /")
NESTED = (ASK, Together((TELL,)), Fragment("f", (Fragment("g", (ASK, TELL)),)))


def test_together_is_found_in_fragments_too() -> None:
    assert has_together((Fragment("f", (Together((ASK,)),)),))
    assert has_together((ASK, Together((TELL,))))
    assert not has_together((ASK, Fragment("f", (TELL,))))


def test_edges_are_meant_by_name_or_by_their_target() -> None:
    assert edges_meant("a -> b", SYSTEM) == edges_meant("b", SYSTEM) == edges_meant({"on": "b"}, SYSTEM) == ("a -> b",)
    assert edges_meant("c", SYSTEM) == ()


def test_acts_steering_and_faults_are_told_apart() -> None:
    steps = (ASK, TELL, Step("kill", "", "c"), Step("called", "", "b"))
    check = Check("c", "c", "api", steps, faults=(FaultOrder("a -> b", "refuse"),))
    effects = {"GET /": Effect.READS, "POST /": Effect.WRITES}
    touched = touch(check, SYSTEM, TECHNOLOGIES, lambda _, act: effects[str(act.subject)])
    assert touched.services == {"a", "b"}
    assert touched.written == {"b"}
    assert touched.disturbed == touched.steered == {"c"}
    assert touched.broken == touched.counted == {"a -> b"}


def test_a_fault_of_one_step_breaks_its_edge_too() -> None:
    step = Step("http.request", "a", "GET /", faults=(FaultOrder("a -> b", "refuse"),))
    touched = touch(Check("c", "c", "api", (), cleanup=(step,)), SYSTEM, TECHNOLOGIES, lambda *_: Effect.READS)
    assert touched.broken == {"a -> b"}


@pytest.mark.parametrize(
    ("check", "named"),
    [
        (Check("c", "c", "api", (ASK,), cleanup=(TELL,)), {"a", "b"}),
        (Check("c", "c", "api", (Step("kill", "", "c"),)), {"c"}),
        (Check("c", "c", "api", (Step("kill", "", {"on": "c"}),)), {"c"}),
        (Check("c", "c", "api", (Step("called", "", "a -> b"),)), {"a", "b"}),
        (Check("c", "c", "api", (), faults=(FaultOrder("a -> b", "refuse"),)), {"a", "b"}),
        (Check("c", "c", "api", (Step("kill", "", "c", faults=(FaultOrder("a -> b", "reset"),)),)), {"a", "b", "c"}),
        (Check("c", "c", "api", (Step("http.request", "", "GET /"),)), set[str]()),
    ],
)
def test_a_check_names_services_where_it_acts_steers_counts_and_breaks(check: Check, named: set[str]) -> None:
    assert find_named(check, SYSTEM) == named


def test_words_that_a_technology_cannot_read_are_told_where_they_stand() -> None:
    def refuse(_: str, act: Act) -> Effect:
        raise SuiteError(Problem(f"{act.subject} is no request"))

    step = Step("http.request", "a", "GE T /", place=Place("a.yaml", 3, 5))
    with pytest.raises(SuiteError) as caught:
        touch(Check("c", "c", "api", (step,)), SYSTEM, TECHNOLOGIES, refuse)
    assert caught.value.problems == (Problem("GE T / is no request", "", "a.yaml", 3, 5),)
