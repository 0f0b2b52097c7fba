"""The map is well-formed, titled, coloured by what happened, and escapes every name."""

from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from msgspec.structs import replace

from dovetail.model.event import Event
from dovetail.report.fact import Record
from dovetail.report.page.drawing import ACROSS, DOWN, draw_map
from dovetail.report.page.layout import Measure
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def draw(record: Record, measure: Measure = ACROSS) -> etree._Element:
    return etree.fromstring(draw_map(record, measure, "map-test"))


def classes(picture: etree._Element, tag: str, role: str) -> dict[str, str]:
    found = {}
    for element in picture.iter(tag):
        words = element.get("class", "").split()
        if role in words:
            found[element.findtext("title").split(" · ")[0].split(" (")[0]] = " ".join(words[1:])
    return found


@pytest.mark.parametrize("measure", [ACROSS, DOWN])
def test_every_service_and_edge_is_drawn_with_its_state(shop_events: list[Event], measure: Measure) -> None:
    picture = draw(read_run(shop_events), measure)
    nodes, edges = classes(picture, "g", "node"), classes(picture, "g", "edge")
    assert nodes["payments"] == "is-failed"
    assert nodes["orders"] == "is-ready"
    assert edges["orders -> payments"] == "is-failing"
    assert edges["notifications -> events"] == "is-broken is-asynchronous"
    assert edges["orders -> orders-db"] == "is-used"
    assert edges["gateway -> users"] == "is-quiet"


def test_the_picture_says_in_words_what_it_shows(shop_events: list[Event]) -> None:
    picture = draw(read_run(shop_events))
    assert picture.get("role") == "group"
    assert picture.findtext("title") == "Map of shop"
    assert picture.findtext("desc") == "9 services and 9 edges; failing: orders -> payments"


def test_names_are_escaped(shop_events: list[Event]) -> None:
    record = read_run(shop_events)
    evil = tuple(replace(one, name=one.name + '"<b>&', technology='"><x>') for one in record.services)
    assert "x" not in {element.tag for element in draw(replace(record, services=evil, system='"<')).iter()}


def test_slices_are_no_services_of_the_map(story: "Story") -> None:
    story.change("orders@s1", "ready", 1.0)
    assert "orders@s1" not in classes(draw(read_run(story.stream())), "g", "node")


def test_calls_between_copies_are_calls_on_the_edge_of_the_map(story: "Story") -> None:
    story.call("orders@s1 -> payments@s1", 1.0, "GET /", "200")
    picture = draw(read_run(story.stream()))
    assert len(classes(picture, "g", "edge")) == 9
    assert classes(picture, "g", "edge")["orders -> payments"] == "is-used"


def test_an_edge_that_was_broken_in_a_slice_is_shown_as_broken(story: "Story") -> None:
    identity = story.check("broken", "api", story.attempt(1.0, steps=(story.step(),)))
    story.break_edge("orders@s1 -> payments@s1", 1.0, 1.1, "refuse", identity)
    assert classes(draw(read_run(story.stream())), "g", "edge")["orders -> payments"] == "is-broken"


@pytest.mark.parametrize("measure", [ACROSS, DOWN])
def test_a_map_too_wide_to_be_read_when_shrunk_is_marked_as_wide(story: "Story", measure: Measure) -> None:
    assert "is-wide" not in draw(read_run(story.stream()), measure).get("class", "")
    names = [f"service-{number}" for number in range(40)]
    links = [*pairwise(names), *product(names[:4], names[20:])]
    story.services, story.edges = dict.fromkeys(names, "http"), {f"{one} -> {two}": "http" for one, two in links}
    assert "is-wide" in draw(read_run(story.stream()), measure).get("class", "")


def test_a_run_without_a_system_is_an_empty_picture() -> None:
    assert classes(draw(read_run([])), "g", "node") == {}
