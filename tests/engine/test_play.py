"""The values and traces an attempt starts with."""

from collections.abc import Callable
from typing import Any

from dovetail.engine.play import describe_address, trace_of
from dovetail.model.address import Address
from dovetail.model.outcome import Verdict

Make = Callable[..., Any]


def test_a_trace_is_the_same_for_the_same_seed_check_and_attempt_only() -> None:
    traces = {
        trace_of("1", "c", 1),
        trace_of("1", "c", 1),
        trace_of("2", "c", 1),
        trace_of("1", "d", 1),
        trace_of("1", "c", 2),
    }
    assert len(traces) == 4
    assert all(len(trace) == 32 and int(trace, 16) for trace in traces)


def test_a_service_is_described_in_every_form_it_may_be_wanted() -> None:
    described = describe_address(Address("h", 1, "redis", form="endpoint"))
    assert described == {"address": "h:1", "url": "redis://h:1", "endpoint": "h:1", "host": "h", "port": 1}


def test_what_a_row_leaves_open_is_filled_in_before_the_steps_use_it(house: Make, http: Make, check: Make) -> None:
    rows = {"path": "/{{ seed }}/{{ unique.word }}", "times": 2}
    one = http("GET {{ path }}", expect={"json": {"path": {"match": "^/[^{]+/[^{]+$"}}})
    two = http("GET {{ path }}", expect={"json": {"path": "/{{ seed }}/{{ unique.word }}"}})
    assert house().play(check("c", one, two, inputs=rows)).ended("c").verdict is Verdict.PASSED
