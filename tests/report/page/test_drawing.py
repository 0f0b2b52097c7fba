"""The map is well-formed, titled, coloured by what happened, and escapes every name."""

from itertools import pairwise, product
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from msgspec.structs import replace

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
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


@pytest.mark.parametrize(
    ("measure", "size", "path", "label", "under"),
    [
        (ACROSS, "0 0 376 64", "M152 32C188 32 188 32 224 32", ("214", "25", "end"), "postgres · failed"),
        (DOWN, "0 0 130 140", "M65 48C65 70 65 70 65 92", ("72", "82", "start"), "failed"),
    ],
)
def test_an_edge_leads_from_side_to_side_with_its_trouble_at_the_tip(
    story: "Story", measure: Measure, size: str, path: str, label: tuple[str, str, str], under: str
) -> None:
    story.services, story.edges = {"orders": "http", "payments": "postgres"}, {"orders -> payments": "postgres"}
    story.ready("orders", 0.1)
    story.change("payments", "failed", 1.0, "exited")
    bad = story.step(verdict=Verdict.FAILED, error="x")
    story.check("bad", "api", story.attempt(1.0, 0.4, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.call("orders -> payments", 1.05, "select 1", "", "refused")
    picture = draw(read_run(story.stream()), measure)
    assert picture.get("viewBox") == size
    edge = next(one for one in picture.iter("g") if one.get("class", "").startswith("edge"))
    told = "orders -> payments (postgres) · 1 call · p50 4 ms, p99 4 ms · 1 answered no or never"
    assert (edge.findtext("title"), edge.find("path").get("d")) == (told, path)
    words = edge.find("text")
    assert words.text == "1 failed"
    assert (words.get("x"), words.get("y"), words.get("text-anchor")) == label
    nodes = [[part.text for part in one.iter("title", "text")] for one in picture.iter("g") if one.get("data-service")]
    assert nodes == [
        ["orders · http · ready · team-checkout", "orders", "http"],
        ["payments · postgres · failed · team-checkout", "payments", under],
    ]


def test_an_edge_that_was_not_used_tells_no_times(story: "Story") -> None:
    titles = [one.findtext("title") for one in draw(read_run(story.stream())).iter("g") if "edge" in one.get("class")]
    assert titles[0] == "gateway -> users (http) · 0 calls"


@pytest.mark.parametrize(
    ("measure", "beside"),
    [(ACROSS, [(-10, -7, "end"), (-10, 14, "end")]), (DOWN, [(-7, -10, "end"), (7, -10, "start")])],
)
def test_a_word_at_a_tip_stands_where_the_edge_does_not_come_from(
    story: "Story", measure: Measure, beside: list[tuple[float, float, str]]
) -> None:
    story.services, story.edges = dict.fromkeys("abc", "http"), {"a -> b": "http", "a -> c": "http"}
    for at, edge in enumerate(story.edges, 1):
        bad = story.step("GET /", "a", verdict=Verdict.FAILED, error="x")
        story.check(edge, "api", story.attempt(at, 0.4, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
        story.call(edge, at + 0.05, "GET /", "", "refused")
    picture = draw(read_run(story.stream()), measure)
    found = []
    for edge in (one for one in picture.iter("g") if "is-failing" in one.get("class")):
        x, y = map(float, edge.find("path").get("d").split()[-2:])
        word = edge.find("text")
        found.append((float(word.get("x")) - x, float(word.get("y")) - y, word.get("text-anchor")))
    assert found == beside


@pytest.mark.parametrize("measure", [ACROSS, DOWN])
def test_a_map_too_wide_to_be_read_when_shrunk_is_marked_as_wide(story: "Story", measure: Measure) -> None:
    assert "is-wide" not in draw(read_run(story.stream()), measure).get("class", "")
    names = [f"service-{number}" for number in range(40)]
    links = [*pairwise(names), *product(names[:4], names[20:])]
    story.services, story.edges = dict.fromkeys(names, "http"), {f"{one} -> {two}": "http" for one, two in links}
    assert "is-wide" in draw(read_run(story.stream()), measure).get("class", "")


def test_a_run_without_a_system_is_an_empty_picture() -> None:
    assert classes(draw(read_run([])), "g", "node") == {}
