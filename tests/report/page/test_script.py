"""What a reader does on the page: search, filter, open, follow links, compare."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.text import spell_ms

if TYPE_CHECKING:
    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser


def test_a_cause_leads_to_each_of_its_checks_and_the_check_has_the_focus(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    told = browser.run("return [...document.querySelectorAll('.cause:first-child li')].map((item) => item.innerText)")
    assert told == [
        "✗\nan order is created, stored and announced",
        "✗\nan order is paid\nlikely",
        "✗\ntwo orders are paid at once\nlikely",
    ]
    browser.click(".cause:first-child li:nth-child(2) a")
    assert browser.text(".row:focus").startswith("✗\nan order is paid")
    assert browser.run("return location.hash") == "#check=orders%2Fan-order-is-paid"
    assert browser.count(".check.is-open .detail") == 1


def test_a_slash_leads_to_the_search_and_escape_shows_all_again(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    press = "dispatchEvent(new KeyboardEvent('keydown', {key: '%s', bubbles: true}))"
    browser.run(press % "/")
    assert browser.run("return document.activeElement.id") == "search"
    browser.click(".chip[data-verdict=flaky]")
    browser.run(press % "Escape")
    assert browser.text("#found") == ""
    assert browser.run("return document.activeElement.id") != "search"


def test_what_never_ran_is_counted_under_one_cause_and_folded_away(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    story.change("payments", "failed", 0.4, "payments exited with code 3", ("no such file",))
    for number in range(12):
        why = "the environment was not ready: payments exited with code 3\n    payments │ no such file"
        story.check(f"unplayed {number}", "api", verdict=Verdict.INCONCLUSIVE, why=why)
    story.end(0.5, Verdict.INCONCLUSIVE, 6, "payments exited with code 3\n    payments │ no such file")
    browser.show(story.stream(), tmp_path)
    assert browser.text(".cause h3") == "payments exited with code 3"
    assert browser.count(".cause li") == 0
    assert browser.text("main").count("no such file") == 1
    assert browser.count("details.scope[open]") == 0
    assert browser.count("#top nav a:not([hidden])") == 3


def test_calls_that_may_belong_to_others_are_shown_on_request(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", "201", "500"),))
    story.check("bad", "api", story.attempt(1.0, 1.0, Verdict.FAILED, (bad,), trace="a" * 32), verdict=Verdict.FAILED)
    story.check("beside", "api", story.attempt(1.0, 1.0, steps=(story.step(),)))
    story.call("orders -> payments", 1.05, "POST /payments", "201", trace="a" * 32)
    story.call("orders -> users", 1.06, "GET /users", "200")
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.count(".detail .calls tbody tr") == 1
    browser.click("button.link")
    assert browser.count(".detail .calls tbody tr") == 2


def test_the_timeline_shows_who_was_away_and_not_what_teardown_ended(
    browser: "Browser", shop: "Story", tmp_path: Path
) -> None:
    shop.change("users", "paused", 3.0)
    shop.change("users", "ready", 3.2)
    shop.change("orders", "stopping", 5.2)
    browser.show(shop.stream(), tmp_path)
    browser.run("document.getElementById('timeline').scrollIntoView()")
    browser.wait_for("document.querySelector('#timeline svg')")
    assert browser.count("#timeline .outage") == 2
    assert browser.count("#timeline .outage.is-exit") == 1
    assert "paused at 3.0 s, back after 200 ms" in browser.text("#services")
    assert "stopped" not in browser.text("#services")


def test_search_and_filters_narrow_the_list(browser: "Browser", shop_events: list[Event], tmp_path: Path) -> None:
    browser.show(shop_events, tmp_path)
    shown = "return [...document.querySelectorAll('details.scope:not([hidden]) .check bdi')].map((e) => e.textContent)"
    browser.click(".chip[data-verdict=flaky]")
    assert browser.text("#found").startswith("1 of 16 checks")
    assert browser.count("details.scope:not([hidden]) .check") == 1
    browser.click("#found button")
    browser.run("const s = document.getElementById('search'); s.value = 'cached'; s.dispatchEvent(new Event('input'))")
    found = browser.run(
        "return new Promise((done) => { const look = () => document.getElementById('found').textContent"
        f" ? done((() => {{ {shown} }})()) : setTimeout(look, 10); look(); }})"
    )
    assert found == ["an order is cached"]


def test_a_check_opens_to_steps_difference_exchanges_and_log(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path, "#check=orders%2Fan-order-is-created%2C-stored-and-announced")
    detail = browser.text(".detail")
    for told in ("POST /orders", "503 Service Unavailable", "refused", "What the services wrote", "orders.yaml:17"):
        assert told.lower() in detail.lower()
    assert browser.text(".pair.expected div") == "201"
    assert browser.text(".pair.got div") == "503"
    assert browser.count(".calls tr.is-bad") > 0


def test_both_attempts_of_a_flaky_check_can_be_seen(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path, "#check=orders%2Fstock-is-counted")
    assert "timed out" in browser.text(".detail .step")
    browser.click(".tabs .chip:nth-child(2)")
    assert "200 OK" in browser.text(".detail .step")


def test_a_broken_link_opens_the_page_all_the_same(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path, "#check=%E0%A4%A")
    assert browser.complaints() == []
    assert browser.run("return document.documentElement.dataset.opened") is not None


def test_the_link_to_a_scope_opens_it_whatever_its_name_and_what_is_filtered(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    for scope in ("money & goods", "api"):
        story.check(scope, scope, verdict=Verdict.SKIPPED if scope == "api" else Verdict.PASSED)
    browser.show(story.stream(), tmp_path)
    browser.click(".chip[data-verdict=skipped]")
    assert browser.count("details.scope[hidden]") == 1
    browser.run("location.hash = document.querySelector('.scopes tbody a').hash")
    opened = "document.querySelector('details.scope:not([hidden])[open] h3')?.textContent"
    browser.wait_for(f"{opened} === 'money & goods'")


def test_what_differs_is_marked_by_whole_letters(browser: "Browser", story: "Story", tmp_path: Path) -> None:
    wrong = story.wrong("json.name", '"by \U0001f469 today"', '"by \U0001f468 today"')
    bad = story.step(verdict=Verdict.FAILED, mismatches=(wrong,))
    story.check("bad", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert [browser.text(f".mismatch {tag}") for tag in ("ins", "del")] == ["\U0001f469", "\U0001f468"]


def test_what_is_cut_off_is_reached_with_the_keys_and_errors_of_the_log_stand_out(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    story.check("bad", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.check("fine", "api", story.attempt(2.0, 0.2, steps=(story.step(),)))
    for number in range(60):
        story.log("orders", 1.0 + number / 1000, "died of KeyError('id')" if number == 7 else f"GET /{number}")
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.count(".detail .log[tabindex='0']") == 1
    assert browser.count(".cause .lines[tabindex]") == 0
    assert browser.text(".hot") == "died of KeyError('id')"


ONE = '{id: 1, name: "a, {b} \\" c", tags: ["x", "y"], none: [], address: {city: "Basel", street: "Rhine"}}'
TWO = '{id: 1, name: "a, {b} \\" c", tags: ["x", "z", "y"], none: [], address: {street: "Rhine"}}'
LEFT = """{
  id: 1,
  name: "a, {b} \\" c",
  tags: [
    "x",
    "y"
  ],
  none: [],
  address: {
<ins>    city: "Basel",</ins>
    street: "Rhine"
  }
}
"""
RIGHT = """{
  id: 1,
  name: "a, {b} \\" c",
  tags: [
    "x",
<del>    "z",</del>
    "y"
  ],
  none: [],
  address: {
    street: "Rhine"
  }
}
"""


@pytest.mark.parametrize(
    ("sides", "marked"),
    [
        (("201", "200"), ["20<ins>1</ins>", "20<del>0</del>"]),
        (("abc", "xyz"), ["abc", "xyz"]),
        (('"aa"', '"aaa"'), ['"aa"', '"aa<del>a</del>"']),
        (('"aaa"', '"aa"'), ['"aa<ins>a</ins>"', '"aa"']),
        (("[1, 2]", "[1, 3]"), ["[1, <ins>2</ins>]", "[1, <del>3</del>]"]),
        (("one\ntwo", "two\nthree"), ["<ins>one</ins>\ntwo\n", "two\n<del>three</del>\n"]),
        (("one\ntwo", "one"), ["one\n<ins>two</ins>\n", "one\n"]),
        (("one", "one\ntwo"), ["one\n", "one\n<del>two</del>\n"]),
        (("a\nb\nc\nd", "b\nd\nx"), ["<ins>a</ins>\nb\n<ins>c</ins>\nd\n", "b\nd\n<del>x</del>\n"]),
        (("x\na\nb", "a\nb\nx"), ["<ins>x</ins>\na\nb\n", "a\nb\n<del>x</del>\n"]),
        ((ONE, TWO), [LEFT, RIGHT]),
    ],
)
def test_a_difference_is_marked_by_lines_where_there_are_several_and_else_by_letters(
    browser: "Browser", story: "Story", tmp_path: Path, sides: tuple[str, str], marked: list[str]
) -> None:
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("json", *sides),))
    story.check("bad", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.run("return [...document.querySelectorAll('.pair > div')].map((side) => side.innerHTML)") == marked


def test_sides_of_very_many_lines_are_compared_by_letters(browser: "Browser", story: "Story", tmp_path: Path) -> None:
    one, two = ("\n".join(f"line {number}" for number in range(start, start + 300)) for start in (0, 1))
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("body", one, two),))
    story.check("bad", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.count(".pair ins, .pair del") == 2


def test_rows_tell_in_a_line_why_a_check_did_not_pass(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    lines = "return [...document.querySelectorAll('.row .why')].map((one) => one.textContent)"
    unpaid, exited = 'status: expected 201, got 503  "payments unavailable" — ', "because payments exited with code 1"
    assert browser.run(lines) == [
        f"{unpaid}{exited}",
        f"{unpaid}likely {exited}",
        f"{unpaid}likely {exited}",
        "because no expectation was evaluated, so nothing is proven",
        "no answer within 2 s: timed out — passed on attempt 2",
        'value.orderId: expected "o-17", got "o-3"',
        (
            "500 Internal Server Error — because the check did its work, but its cleanup failed: "
            "DELETE /orders/17 answered 500"
        ),
        (
            "json.reserved: expected 0, got 1 — because notifications did not behave as expected "
            "while notifications -> events was broken on purpose (refuse)"
        ),
    ]
    browser.click(".chip[data-verdict=skipped]")
    assert browser.run(lines) == ["needs a contract with the bank"]


def test_every_scope_has_its_tally(browser: "Browser", shop_events: list[Event], tmp_path: Path) -> None:
    browser.show(shop_events, tmp_path)
    assert browser.run("return document.querySelector('#scope-api .tally').textContent") == "6 passed · 3 failed"
    browser.click(".chip[data-verdict=failed]")
    assert browser.run("return document.querySelector('#scope-api .tally').textContent") == "3 failed"


def test_a_cause_of_many_checks_leads_to_all_of_them(browser: "Browser", story: "Story", tmp_path: Path) -> None:
    for number in range(12):
        bad = story.step(verdict=Verdict.FAILED, error="connection refused")
        story.check(f"bad {number}", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.end(2.0, Verdict.FAILED, 1, "12 checks failed")
    browser.show(story.stream(), tmp_path)
    assert browser.count(".explains a") == 8
    assert browser.text(".explains button") == "and 4 more checks"
    browser.click(".explains button")
    title = browser.text(".cause h3")
    assert browser.text("#found") == f"12 of 13 checks because “{title}” show all"
    assert browser.count(".check") == 12


def test_a_service_of_the_map_shows_the_checks_that_ask_it(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.show(shop_events, tmp_path)
    browser.click(".across .node[data-service=cache]")
    assert browser.run("return document.getElementById('search').value") == "cache"
    names = browser.run("return [...document.querySelectorAll('.check bdi')].map((one) => one.textContent)")
    assert names == ["an order is cached"]


def test_a_scope_shows_a_hundred_checks_the_worst_first_and_how_many_more(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    for number in range(250):
        story.check(f"fine {number}", "api", story.attempt(1.0, steps=(story.step(),)))
    story.check("skipped", "api", verdict=Verdict.SKIPPED)
    for verdict in (Verdict.FLAKY, Verdict.INCONCLUSIVE, Verdict.FAILED):
        attempt = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,))
        story.check(verdict.value, "api", attempt, verdict=verdict)
    browser.resize(1280, 300)
    browser.show(story.stream(), tmp_path)
    first = "return [...document.querySelectorAll('.check .name')].slice(0, 4).map((one) => one.firstChild.textContent)"
    assert browser.run(first) == ["failed", "inconclusive", "flaky", "fine 0"]
    assert browser.count(".check") == 100
    assert browser.text(".more-rows") == "154 more"
    browser.click(".more-rows")
    assert browser.count(".check") == 254
    browser.resize(1280, 900)


def test_of_a_wait_the_last_answer_is_told_and_not_that_the_wait_was_over(
    browser: "Browser", story: "Story", tmp_path: Path
) -> None:
    seen = (story.sighting(0.1, "502 no"), story.sighting(0.2, "503 busy"), story.sighting(1.0, "timed out"))
    bad = story.step(verdict=Verdict.FAILED, error="timed out", sightings=seen, duration_ms=1000.0)
    story.check("bad", "api", story.attempt(1.0, 1.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.text(".detail .lead").startswith("503 busy")


def test_times_are_spelled_as_the_console_spells_them(browser: "Browser", story: "Story", tmp_path: Path) -> None:
    times = (0, 0.04, 0.4, 0.96, 1, 1.4, 999.4, 999.6, 1000, 1940, 9949, 9960, 10_400, 59_400, 60_000, 75_400, 119_600)
    steps = tuple(story.step(duration_ms=float(one)) for one in times)
    story.check("one", "api", story.attempt(1.0, 400.0, steps=steps))
    browser.show(story.stream(), tmp_path, "#check=orders%2Fone")
    told = browser.run("return [...document.querySelectorAll('.step .time')].map((one) => one.textContent)")
    assert told == [spell_ms(one) for one in times]


def test_the_chosen_colours_are_kept_for_the_next_page(
    browser: "Browser", shop_events: list[Event], tmp_path: Path
) -> None:
    browser.prefer("light")
    page = browser.show(shop_events, tmp_path)
    browser.click("#theme")
    browser.open(page)
    theme = "return document.documentElement.dataset.theme"
    assert browser.run(theme) == "dark"
    browser.click("#theme")
    browser.open(page)
    assert browser.run(theme) == "light"
    browser.run("localStorage.setItem('dovetail-theme', 'plaid')")
    browser.open(page)
    assert browser.run(theme) is None
    browser.run("localStorage.clear()")
