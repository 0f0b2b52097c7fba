"""The page opens offline in a browser, shows the run, and nothing a service wrote becomes markup."""

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.page import document
from dovetail.report.page.document import MOST_BYTES, inline_json, render_page
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser

EVIL = "</script><img src=x onerror=document.title='pwned'><!-- \u2028 {{data}}"


def test_the_page_names_no_address_and_loads_nothing(shop_events: list[Event]) -> None:
    page = b"".join(render_page(read_run(shop_events))).decode()
    outside = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
    addresses = {found for found in re.findall(r"\w+://[^\s\"']+", outside) if "www.w3.org" not in found}
    assert addresses == set()
    assert not re.search(r"<link|<script[^>]+src|@import|url\((?!#)", outside)


def test_the_page_begins_as_a_document_and_ends_as_one(story: "Story") -> None:
    page = b"".join(render_page(read_run(story.stream()))).decode()
    assert page.startswith("<!doctype html>\n<html")
    assert page.endswith("</html>\n")
    assert "{{" not in page.split('id="data">')[0]


def test_data_cannot_leave_its_element(story: "Story") -> None:
    story.check(EVIL, verdict=Verdict.SKIPPED, why=EVIL)
    page = b"".join(render_page(read_run(story.stream()))).decode()
    data = page.split('id="data">')[1].split("</script>")[0]
    assert "<" not in data
    assert page.count("</script>") == 2


def test_a_run_cut_short_before_it_began_still_opens(browser: "Browser", tmp_path: Path) -> None:
    browser.show([], tmp_path)
    assert browser.text("h1").startswith("inconclusive")
    assert browser.complaints() == []


def test_what_is_red_is_seen_first(browser: "Browser", shop_events: list[Event], tmp_path: Path) -> None:
    browser.show(shop_events, tmp_path)
    assert browser.text("h1") == "failed\n6 of 16 checks failed, 1 inconclusive, 1 flaky, 1 skipped"
    assert browser.text(".cause h3") == "payments exited with code 1"
    assert browser.text(".cause .meta") == "420 ms earlier · 3 checks share this cause, 2 of them likely"
    assert "password authentication failed" in browser.text(".cause .lines")
    assert browser.run("return document.querySelector('#scope-api .check .sign').textContent") == "✗"
    assert browser.complaints() == []


def test_there_is_a_section_for_every_scope_and_red_ones_are_open(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    assert browser.count("details.scope") == 7
    assert browser.count("details.scope[open]") == 5
    assert browser.count("#scope-cache[open]") == 0


def test_what_is_drawn_late_is_there_when_the_page_is_printed(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    assert browser.count("#timeline svg") == 1
    assert browser.complaints() == []


def test_the_map_and_the_timeline_are_pictures_with_a_title(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    assert browser.count("svg.across .node") == 9
    assert browser.count("svg.across .edge.is-failing") == 1
    assert browser.run("return document.querySelector('svg.across title').textContent") == "Map of shop"
    browser.run("document.getElementById('timeline').scrollIntoView()")
    browser.wait_for("document.querySelector('#timeline svg')")
    assert browser.count("#timeline rect.failed") == 7
    assert browser.count("#timeline .fault") == 1


def test_hostile_text_stays_text(browser: "Browser", story: "Story", tmp_path: Path) -> None:
    bad = story.step(EVIL, verdict=Verdict.FAILED, error=EVIL, answer=EVIL, mismatches=(story.wrong(EVIL, EVIL, EVIL),))
    story.log("orders", 1.05, EVIL)
    story.change("payments", "failed", 0.5, EVIL, (EVIL,))
    identity = story.check(
        EVIL, EVIL, story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED, why=EVIL
    )
    story.call("orders -> payments", 1.05, EVIL, EVIL, "refused")
    story.break_edge("orders -> payments", 1.0, 1.2, EVIL, identity)
    browser.show(story.stream(), tmp_path)
    browser.click(".row")
    assert browser.count(".detail .step") == 1
    assert browser.count("img") == 0
    assert "pwned" not in str(browser.run("return document.title"))
    assert browser.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_follows_the_preferred_colours_and_a_button_turns_them(
    browser: "Browser", shop_events: list[Event], tmp_path: Path, scheme: str
) -> None:
    browser.prefer(scheme)
    browser.show(shop_events, tmp_path)
    browser.run("localStorage.clear(); delete document.documentElement.dataset.theme")
    color = "return getComputedStyle(document.body).backgroundColor"
    first = browser.run(color)
    browser.click("#theme")
    second = browser.run(color)
    browser.run("localStorage.clear()")
    expected = ["rgb(246, 245, 242)", "rgb(18, 21, 26)"]
    assert [first, second] == (expected if scheme == "light" else expected[::-1])


def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.resize(360, 780)
    browser.show(shop_events, tmp_path, "#check=orders%2Fan-order-is-created%2C-stored-and-announced")
    browser.run("dispatchEvent(new Event('beforeprint'))")
    width = browser.run("return document.documentElement.scrollWidth")
    wide = browser.run(
        "return [...document.querySelectorAll('.scope, .scope > summary, .tally, .detail, #timeline .card')]"
        ".filter((e) => e.scrollWidth > e.clientWidth && e.clientWidth).map((e) => e.className)"
    )
    shown = browser.run("return getComputedStyle(document.querySelector('svg.down')).display")
    browser.resize(1280, 900)
    assert width == 360
    assert wide == []
    assert shown == "block"


def test_on_paper_the_whole_timeline_is_seen_and_the_next_step_is_told(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.act_as_printer()
    browser.run("document.querySelector('#timeline .card').style.width = '400px'")
    width = browser.run("return document.querySelector('#timeline svg').getBoundingClientRect().width")
    told = browser.text(".cause .next")
    browser.act_as_printer("")
    assert isinstance(width, int | float)
    assert 0 < width < 400
    assert "dovetail logs payments" in told


def test_headings_go_down_one_by_one(browser: "Browser", shop_events: list[Event], tmp_path: Path) -> None:
    browser.show(shop_events, tmp_path, "#check=orders%2Fan-order-is-created%2C-stored-and-announced")
    told = browser.run("return [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => one.tagName).join(' ')")
    levels = [int(name[1]) for name in str(told).split()]
    assert levels[0] == 1
    assert 4 in levels
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_colour_of_a_word_can_be_read_on_every_ground() -> None:
    style = Path(document.__file__).with_name("page.css").read_text("utf-8")
    palettes = [dict(re.findall(r"--([\w-]+): (#\w{6})", block)) for block in re.findall(r"--back:[^}]+", style)]
    words = ("ink", "soft", "link", *Verdict)
    grounds = ("back", "card", "sunk", "hover", "failed-soft", "passed-soft")
    assert len(palettes) == 3
    dim = [(w, g) for one in palettes for w in words for g in grounds if contrast(one[w], one[g]) < 4.5]
    assert dim == []


def contrast(one: str, two: str) -> float:
    """Return the ratio of two colours as WCAG 2 reckons it."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_ten_thousand_checks_open_and_every_one_can_be_found(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    for number in range(10_000):
        bad = number % 500 == 3
        verdict = Verdict.FAILED if bad else Verdict.PASSED
        step = story.step(f"POST /orders/{number}", verdict=verdict, error="connection refused" if bad else "")
        attempt = story.attempt(1 + number * 0.01, 0.05, verdict, (step,), agent=number % 4)
        story.check(f"check {number}", f"scope{number % 3}", attempt, verdict=verdict)
    story.end(110.0, Verdict.FAILED, 1, "20 checks failed")
    page = browser.show(story.stream(), tmp_path, "#check=orders%2Fcheck-9876")
    assert page.stat().st_size < 15_000_000
    assert browser.text(".check.is-open .name").startswith("check 9876")
    assert int(str(browser.run("return document.documentElement.dataset.opened"))) < 10_000
    assert browser.count(".check") < 6000


def test_a_run_too_big_for_a_page_loses_detail_of_what_passed_first(story: "Story") -> None:
    for number in range(700):
        verdict = Verdict.FAILED if number == 5 else Verdict.PASSED
        steps = tuple(
            story.step("x" * 500 + f"{number}.{n}", verdict=verdict, answer="y" * 500 + f"{number}.{n}")
            for n in range(30)
        )
        story.check(f"check {number}", "api", story.attempt(1.0, 1.0, verdict, steps), verdict=verdict)
    record = read_run(story.stream())
    data = b"".join(inline_json(record)).decode()
    assert len(data) <= MOST_BYTES
    assert '"leftOut":"exchanges' in data
    assert "y" * 500 + "5.7" in data
