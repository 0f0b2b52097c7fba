"""The timeline draws who did what when, true to scale, and stays small and readable however much happened."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest

from dovetail.model.outcome import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser

SHAPES = """
dispatchEvent(new Event("beforeprint"));
const sizes = ["x", "y", "x1", "y1", "x2", "y2", "width", "height"];
const look = (one) => sizes.filter((name) => one.hasAttribute(name)).map((name) => Math.round(one.getAttribute(name)));
return [...document.querySelectorAll("#timeline svg > *")].map((one) => [
  one.getAttribute("class") || one.localName, ...look(one), one.getAttribute("text-anchor") || "",
].join(" ").trim() + (one.textContent && ": ") + one.textContent.replaceAll("\\n", " | "));
"""

Shapes = Callable[["Story"], list[str]]


@pytest.fixture
def shapes(browser: "Browser", tmp_path: "Path") -> Shapes:
    """Draw the timeline of a run; every shape is told as its class, its numbers and its words."""

    def draw(story: "Story") -> list[str]:
        browser.show(story.stream(), tmp_path)
        return cast("list[str]", browser.run(SHAPES))

    return draw


@pytest.fixture
def plain(story: "Story") -> "Story":
    story.services, story.edges = {"orders": "http", "payments": "http"}, {"orders -> payments": "http"}
    for service in story.services:
        story.ready(service, 0.5)
    return story


def play(
    story: "Story", name: str, at: float, took: float = 0.5, verdict: Verdict = Verdict.PASSED, agent: int = 1
) -> str:
    return story.check(
        name, "api", story.attempt(at, took, verdict, (story.step(verdict=verdict),), agent), verdict=verdict
    )


def test_bars_and_ticks_stand_true_to_scale(plain: "Story", shapes: Shapes) -> None:
    play(plain, "one", 1.0)
    play(plain, "two", 2.0, 1.0, Verdict.FAILED, agent=2)
    plain.end(5.0, Verdict.FAILED, 1)
    assert shapes(plain) == [
        "tick 57 14 57 58",
        "text 57 73 start: 0",
        "tick 253 14 253 58",
        "text 253 73 middle: 1.0 s",
        "tick 450 14 450 58",
        "text 450 73 middle: 2.0 s",
        "tick 647 14 647 58",
        "text 647 73 middle: 3.0 s",
        "tick 843 14 843 58",
        "text 843 73 middle: 4.0 s",
        "tick 1040 14 1040 58",
        "text 1040 73 end: 5.0 s",
        "startup 57 18 98 36: ready in 500 ms",
        "text 0 30: agent 1",
        "passed 253 18 98 16: one | passed, 500 ms, at 1.0 s",
        "text 0 50: agent 2",
        "failed 450 38 196 16: two | failed, 1.0 s, at 2.0 s",
    ]


def test_checks_of_one_agent_that_overlap_get_lanes_of_their_own(plain: "Story", shapes: Shapes) -> None:
    play(plain, "one", 1.0)
    play(plain, "beside", 1.2)
    play(plain, "after", 1.5)
    play(plain, "after both", 1.7)
    plain.end(5.0, Verdict.PASSED, 0)
    assert [one for one in shapes(plain) if one.startswith(("passed", "text 0"))] == [
        "text 0 30: agent 1",
        "passed 253 18 98 16: one | passed, 500 ms, at 1.0 s",
        "passed 352 18 98 16: after | passed, 500 ms, at 1.5 s",
        "text 0 50",
        "passed 293 38 98 16: beside | passed, 500 ms, at 1.2 s",
        "passed 391 38 98 16: after both | passed, 500 ms, at 1.7 s",
    ]


def test_every_attempt_of_a_check_has_its_bar(plain: "Story", shapes: Shapes) -> None:
    bad, fine = plain.step(verdict=Verdict.FAILED), plain.step()
    attempts = plain.attempt(1.0, 0.5, Verdict.FAILED, (bad,)), plain.attempt(2.0, 0.5, steps=(fine,))
    plain.check("wavering", "api", *attempts, verdict=Verdict.FLAKY)
    plain.end(5.0, Verdict.FLAKY, 0)
    assert [one for one in shapes(plain) if "wavering" in one] == [
        "failed 243 18 99 16: wavering | failed, 500 ms, at 1.0 s",
        "passed 442 18 99 16: wavering | passed, 500 ms, at 2.0 s, attempt 2",
    ]


def test_faults_and_absences_have_their_lanes_and_an_exit_is_named(plain: "Story", shapes: Shapes) -> None:
    identity = play(plain, "one", 1.0, 3.0)
    plain.break_edge("orders -> payments", 1.0, 1.5, "refuse", identity)
    plain.change("orders", "paused", 2.0)
    plain.change("orders", "ready", 2.5)
    plain.change("payments", "failed", 3.0, "exited with code 1")
    plain.end(5.0, Verdict.PASSED, 0)
    assert [one for one in shapes(plain) if not one.startswith(("tick", "passed"))] == [
        "text 63 119 start: 0",
        "text 259 119 middle: 1.0 s",
        "text 454 119 middle: 2.0 s",
        "text 649 119 middle: 3.0 s",
        "text 845 119 middle: 4.0 s",
        "text 1040 119 end: 5.0 s",
        "startup 63 18 98 16: ready in 500 ms",
        "text 0 30: agent 1",
        "text 0 56: faults",
        "fault 259 47 98 10: orders -> payments: refuse, for 500 ms",
        "text 0 76: orders",
        "outage 454 67 98 10: orders was paused, back after 500 ms",
        "text 0 96: payments",
        "outage is-exit 649 87 391 10: payments exited with code 1",
        "down 649 11 649 104: payments exited with code 1, at 3.0 s",
        "down-name 649 9 middle: payments exited",
    ]


def test_names_of_exits_do_not_run_into_each_other_or_out_of_the_picture(plain: "Story", shapes: Shapes) -> None:
    play(plain, "one", 1.0, 3.9)
    plain.change("orders", "failed", 4.95, "exited with code 1")
    plain.change("payments", "failed", 4.9, "exited with code 2")
    plain.end(5.0, Verdict.PASSED, 0)
    assert [one for one in shapes(plain) if one.startswith("down")] == [
        "down 1020 11 1020 84: payments exited with code 2, at 4.9 s",
        "down-name 996 9 middle: payments exited",
        "down 1030 11 1030 84: orders exited with code 1, at 5.0 s",
    ]


def test_a_long_name_is_cut_in_its_lane_and_over_its_line(story: "Story", shapes: Shapes) -> None:
    name = "a-service-of-thirty-characters"
    story.services, story.edges = {name: "http"}, {}
    story.change(name, "failed", 2.0, "exited with code 1")
    play(story, "one", 1.0, 3.0)
    story.end(5.0, Verdict.PASSED, 0)
    found = shapes(story)
    told = [one.split(": ")[1] for one in found if one.startswith(("text 0", "down-name"))]
    assert [one for one in found if "startup" in one] == []
    assert told == ["agent 1", "a-service-of-thirty-c…", "a-service-of-thirty-c… exited"]


def test_of_many_services_that_were_away_eight_have_a_lane(story: "Story", shapes: Shapes) -> None:
    story.services, story.edges = {f"s{number}": "http" for number in range(10)}, {}
    for number, service in enumerate(story.services):
        story.ready(service, 0.5)
        story.change(service, "paused", 2 + number / 10)
    play(story, "one", 1.0, 3.5)
    story.end(5.0, Verdict.PASSED, 0)
    lanes = [one.split(": ")[1] for one in shapes(story) if one.startswith("text 0")]
    assert lanes == ["agent 1", *(f"s{number}" for number in range(8))]


def test_neighbours_too_narrow_to_be_seen_become_one_bar(plain: "Story", shapes: Shapes) -> None:
    for number in range(60):
        play(plain, f"fine {number}", 1 + number * 0.003, 0.002)
    play(plain, "bad", 1.2, 0.002, Verdict.FAILED)
    play(plain, "apart", 3.0, 0.002)
    play(plain, "wide", 3.002, 0.5)
    plain.end(5.0, Verdict.FAILED, 1)
    assert [one for one in shapes(plain) if one.startswith(("passed", "failed"))] == [
        "passed 253 18 36 16: 60 checks, passed",
        "failed 293 18 2 16: bad | failed, 2 ms, at 1.2 s",
        "passed 647 18 2 16: apart | passed, 2 ms, at 3.0 s",
        "passed 647 18 98 16: wide | passed, 500 ms, at 3.0 s",
    ]


@pytest.mark.parametrize(
    ("ends_at", "ticks"),
    [
        (0.4, ["0", "100 ms", "200 ms", "300 ms", "400 ms"]),
        (1.2, ["0", "200 ms", "400 ms", "600 ms", "800 ms", "1.0 s", "1.2 s"]),
        (25.0, ["0", "5.0 s", "10 s", "15 s", "20 s", "25 s"]),
        (400.0, ["0", "1 m 40 s", "3 m 20 s", "5 m 0 s", "6 m 40 s"]),
    ],
)
def test_ticks_are_round_times_and_never_more_than_can_be_read(
    plain: "Story", shapes: Shapes, ends_at: float, ticks: list[str]
) -> None:
    play(plain, "one", ends_at / 2, ends_at / 4)
    plain.end(ends_at, Verdict.PASSED, 0)
    found = shapes(plain)
    bottom = next(one for one in found if one.startswith("text") and one.endswith("start: 0")).split()[2]
    assert [one.split(": ")[1] for one in found if one.split()[2] == bottom] == ticks


def test_how_long_the_environment_took_is_written_where_there_is_room(story: "Story", shapes: Shapes) -> None:
    story.services, story.edges = {"orders": "http"}, {}
    story.ready("orders", 2.0)
    play(story, "one", 3.0)
    story.end(5.0, Verdict.PASSED, 0)
    assert [one for one in shapes(story) if "ready in" in one] == [
        "startup 57 18 393 16: ready in 2.0 s",
        "text 253 30 middle: ready in 2.0 s",
    ]


def test_a_bar_leads_to_its_check(browser: "Browser", plain: "Story", tmp_path: "Path") -> None:
    play(plain, "one", 1.0)
    play(plain, "two", 2.0)
    plain.end(5.0, Verdict.PASSED, 0)
    browser.show(plain.stream(), tmp_path)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.click("#timeline rect[data-check='1']")
    assert browser.text(".row:focus .name") == "two"
    assert browser.run("return document.querySelector('#timeline svg').getAttribute('role')") == "img"


def test_the_picture_is_drawn_again_as_wide_as_its_room(browser: "Browser", plain: "Story", tmp_path: "Path") -> None:
    play(plain, "one", 1.0)
    plain.end(5.0, Verdict.PASSED, 0)
    browser.show(plain.stream(), tmp_path)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    picture = "document.querySelector('#timeline svg')"
    sizes = f"return ['viewBox', 'width', 'height'].map((name) => {picture}.getAttribute(name))"
    assert browser.run(sizes) == ["0 0 1044 58", "1044", "58"]
    browser.resize(360, 780)
    browser.wait_for("document.querySelector('#timeline svg').getAttribute('width') === '300'")
    assert browser.count("#timeline svg") == 1
    browser.resize(1280, 900)


def test_a_run_in_which_nothing_was_played_has_no_timeline(
    browser: "Browser", plain: "Story", tmp_path: "Path"
) -> None:
    plain.check("later", "api", verdict=Verdict.SKIPPED)
    plain.end(1.0, Verdict.INCONCLUSIVE, 5)
    browser.show(plain.stream(), tmp_path)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.run("return document.getElementById('timeline').hidden")
    assert browser.count("#timeline svg") == 0
