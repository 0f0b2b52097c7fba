"""The list of checks can be narrowed, searched, linked into and walked through with the keys, however long it is."""

import json
from typing import TYPE_CHECKING

import pytest

from dovetail.model.outcome import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser

NAMES = "return [...document.querySelectorAll('.check .name bdi')].map((one) => one.textContent)"
ODD = ["a.*b", 'say "hi"', "it's [1]", "<script>alert(1)</script>", "İstanbul x", "(?:", "\\d+ $1", "größe", "العربية"]


def search(browser: "Browser", text: str) -> None:
    field, found = "document.getElementById('search')", "document.getElementById('found')"
    typed = f"{field}.value = {json.dumps(text)}; {field}.dispatchEvent(new Event('input'))"
    browser.run(f"{found}.textContent = 'waits'; {typed}")
    browser.wait_for(f"{found}.textContent !== 'waits'")


def press(browser: "Browser", key: str, settings: str = "") -> None:
    browser.run(
        f"document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{key: '{key}', bubbles: true{settings}}}))"
    )


def test_a_section_lists_the_worst_first_with_what_was_asked_and_why(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad = story.step("GET /" + "x" * 100, verdict=Verdict.FAILED, error="e" * 100, answer="")
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    story.check("later", "api", verdict=Verdict.SKIPPED, why="no bank yet")
    story.check("bad", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (story.step(), bad)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path)
    assert (
        browser.outline("#scope-api")
        == """scope card [id scope-api]
  summary
    h3: api
    tally
      span
        span: 1 passed
      span: ·
        failed: 1 failed
      span: ·
        skipped: 1 skipped
  div
    check [id check-2]
      row [type button] [aria-expanded false]
        sign failed [role img] [aria-label failed] [title failed]: ✗
        name
          bdi: bad
          what: GET /xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
        time: 200 ms
        why
          b: eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee…
    check [id check-0]
      row [type button] [aria-expanded false]
        sign passed [role img] [aria-label passed] [title passed]: ✓
        name
          bdi: fine
        time: 200 ms
    check [id check-1]
      row [type button] [aria-expanded false]
        sign skipped [role img] [aria-label skipped] [title skipped]: –
        name
          bdi: later
        time
        why: no bank yet"""
    )


def test_a_row_names_the_edge_on_which_its_check_came_to_grief(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", "201", "502"),), answer="502")
    attempt = story.attempt(1.0, 0.2, Verdict.FAILED, (bad,), trace="a" * 32)
    story.check("bad", "api", attempt, verdict=Verdict.FAILED)
    story.call("orders -> payments", 1.05, "POST /payments", "", "refused", trace="a" * 32)
    browser.show(story.stream(), tmp_path)
    assert (
        browser.text(".row .why") == "status: expected 201, got 502 — because a call on orders -> payments was refused"
    )


def test_what_went_wrong_is_open_and_all_of_a_small_green_run_is(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    opened = "return [...document.querySelectorAll('.scope[open]')].map((one) => one.id)"
    for number in range(200):
        story.check(f"fine {number}", f"s{number % 2}", story.attempt(1.0, steps=(story.step(),)))
    browser.show(story.stream(), tmp_path)
    assert browser.run(opened) == ["scope-s0", "scope-s1"]
    story.check("one more", "s2", story.attempt(1.0, steps=(story.step(),)))
    browser.show(story.stream(), tmp_path)
    assert browser.run(opened) == []
    bad = story.step(verdict=Verdict.FAILED, error="no")
    story.check("bad", "s2", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path)
    assert browser.run(opened) == ["scope-s2"]


@pytest.mark.parametrize("name", ODD)
def test_whatever_is_searched_is_taken_by_the_letter(
    browser: "Browser", story: "Story", tmp_path: "Path", name: str
) -> None:
    for one in (*ODD, "ab", "x"):
        story.check(one, "api", story.attempt(1.0, steps=(story.step(),)))
    browser.show(story.stream(), tmp_path)
    search(browser, name)
    assert browser.run(NAMES) == [name]
    assert browser.text("#found").startswith(f"1 of {len(ODD) + 2} checks")
    assert browser.complaints() == []


def test_each_word_is_searched_in_all_that_names_a_check(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    for words, found in (
        ("  orders.created   Messaging ", ["an order is announced"]),
        ("redis", []),
        ("order:1", ["an order is cached"]),
        ("YAML:80 notifications", ["a lost broker leaves nothing <img src=x onerror=alert(1)>"]),
        ("bank", ["later"]),
        ("orders/stock-is", ["stock is counted"]),
        ("notifications resilience", ["a lost broker leaves nothing <img src=x onerror=alert(1)>"]),
    ):
        search(browser, words)
        assert browser.run(NAMES) == found
    search(browser, "stock counted")
    assert browser.run("return document.querySelector('.name bdi').innerHTML") == "<mark>stock</mark> is counted"
    search(browser, "  ")
    assert browser.text("#found") == ""
    search(browser, "nothing has this name")
    assert browser.text("#found") == "none of 16 checks show all"
    browser.click("#found button")
    assert browser.text("#found") == ""
    assert browser.run("return document.getElementById('search').value") == ""


def test_verdicts_can_be_combined_and_taken_back(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    browser.click(".chip[data-verdict=skipped]")
    browser.click(".chip[data-verdict=flaky]")
    assert browser.run(NAMES) == ["stock is counted", "later"]
    assert (
        browser.outline("#verdicts")
        == """div [role group] [aria-label Show verdicts] [id verdicts]
  chip [type button] [aria-pressed false]: passed
    passed: ✓ 7
  chip [type button] [aria-pressed false]: failed
    failed: ✗ 6
  chip [type button] [aria-pressed true]: flaky
    flaky: ≈ 1
  chip [type button] [aria-pressed false]: inconclusive
    inconclusive: ? 1
  chip [type button] [aria-pressed true]: skipped
    skipped: – 1"""
    )
    browser.click(".chip[data-verdict=flaky]")
    assert browser.run(NAMES) == ["later"]
    browser.click(".chip[data-verdict=skipped]")
    assert browser.text("#found") == ""


def test_what_is_read_aloud_does_not_run_into_each_other(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    parts = "[...document.querySelectorAll('#headline, .chip, .row .name')].slice(0, 7)"
    assert browser.run(f"return {parts}.map((one) => one.textContent)") == [
        "✗ failed shop · local",
        "✓ 7 passed",
        "✗ 6 failed",
        "≈ 1 flaky",
        "? 1 inconclusive",
        "– 1 skipped",
        "an order is created, stored and announced POST /orders",
    ]


@pytest.mark.parametrize("settings", ["ctrlKey", "metaKey", "altKey"])
def test_a_slash_with_another_key_is_left_to_the_browser(
    browser: "Browser", shop: "Story", tmp_path: "Path", settings: str
) -> None:
    browser.show(shop.stream(), tmp_path)
    press(browser, "/", f", {settings}: true")
    assert browser.run("return document.activeElement.localName") == "body"


def test_a_slash_can_be_searched_and_escape_leaves_the_search(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    browser.show(shop.stream(), tmp_path)
    press(browser, "/")
    search(browser, "bank")
    taken = "const key = new KeyboardEvent('keydown', {key: '/', bubbles: true, cancelable: true});"
    assert browser.run(f"{taken} return document.activeElement.dispatchEvent(key)") is True
    assert browser.run(NAMES) == ["later"]
    press(browser, "Escape")
    assert browser.run("return document.activeElement.localName") == "body"
    assert browser.run("return document.getElementById('search').value") == ""


def test_a_check_opens_and_closes_and_the_address_leads_to_it(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    browser.show(shop.stream(), tmp_path)
    row, details = "document.querySelector('.row')", "document.querySelectorAll('.detail')"
    state = f"return [{row}.ariaExpanded, {details}.length, location.hash]"
    before = browser.run("return history.length")
    browser.click(".row")
    assert browser.run(state) == ["true", 1, "#check=orders%2Fan-order-is-created%2C-stored-and-announced"]
    browser.click(".row")
    assert browser.run(state) == ["false", 0, ""]
    assert browser.run("return history.length") == before


def test_the_way_back_from_a_check_leads_to_its_cause(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    browser.run("document.querySelector('.explains a').click()")
    browser.wait_for("document.querySelector('.row:focus')")
    browser.run("history.back()")
    browser.wait_for("location.hash === '' && scrollY < 400")
    browser.run("history.forward()")
    browser.wait_for("location.hash !== '' && document.querySelector('.row:focus')")


def test_a_link_that_was_followed_before_leads_there_again(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    browser.run("document.querySelector('.scopes tbody tr:nth-child(2) a').click()")
    browser.wait_for("document.querySelector('#scope-cache[open]')")
    browser.run("document.querySelector('#scope-cache').open = false")
    browser.run("document.querySelector('.scopes tbody tr:nth-child(2) a').click()")
    browser.wait_for("document.querySelector('#scope-cache[open]')")


def test_a_link_to_a_check_shows_it_whatever_is_filtered(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path)
    browser.click(".chip[data-verdict=skipped]")
    browser.run("location.hash = '#check=orders%2Fan-order-is-cached'")
    browser.wait_for("document.querySelector('.row:focus .name')?.innerText.trim() === 'an order is cached'")
    assert browser.text("#found") == ""


def test_a_link_to_a_check_of_another_run_says_so(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path, "#check=orders%2Fgone")
    assert browser.text("#found") == "this run has no check “orders/gone”"
    assert browser.complaints() == []


def test_the_link_to_a_check_is_copied_or_shown_where_that_is_forbidden(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    page = browser.show(shop.stream(), tmp_path, "#check=orders%2Fan-order-is-cached")
    link = f"{page.as_uri()}#check=orders%2Fan-order-is-cached"
    keep = "Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { %s }}});"
    browser.run(keep % "window.kept = text;")
    browser.click(".facts .copy")
    browser.wait_for("document.querySelector('.facts .copy.is-done')")
    assert browser.run("return window.kept") == link
    browser.wait_for("!document.querySelector('.facts .copy.is-done')")
    browser.show(shop.stream(), tmp_path, "#check=orders%2Fan-order-is-cached")
    browser.run(keep % "throw new Error('no');")
    browser.click(".facts .copy")
    browser.wait_for(f"getSelection().toString() === '{link}'")
    assert browser.count(".is-done") == 0


def test_inside_another_page_a_check_opens_though_the_address_is_fixed(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    page = browser.show(shop.stream(), tmp_path)
    frame = tmp_path / "frame.html"
    frame.write_text("<!doctype html><iframe></iframe>", "utf-8")
    text = page.read_text("utf-8")
    browser.open(frame)
    browser.run(f"document.querySelector('iframe').srcdoc = {json.dumps(text)}")
    inside = "document.querySelector('iframe').contentDocument"
    browser.wait_for(f"{inside}?.querySelector('.row')")
    browser.run(f"{inside}.querySelector('.row').click()")
    assert browser.run(f"return {inside}.querySelectorAll('.detail').length") == 1
    assert browser.complaints() == []


def test_a_long_list_grows_when_asked_and_leaves_the_way_to_the_rest_free(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    for number in range(2300):
        story.check(f"fine {number}", "api", story.attempt(1.0, steps=(story.step(),)))
    browser.show(story.stream(), tmp_path, "#scope-api")
    assert browser.text(".more-rows") == "1,000 of 2,200 more"
    browser.run("document.querySelector('.more-rows').scrollIntoView()")
    assert browser.count(".check") == 100
    browser.click(".more-rows")
    assert browser.count(".check") == 1100
    assert browser.text(".row:focus .name") == "fine 100"
    browser.click(".more-rows")
    assert browser.text(".more-rows") == "200 more"
    browser.click(".more-rows")
    assert browser.count(".check") == 2300
    assert browser.count(".more-rows") == 0


def test_what_one_cause_explains_is_shown_alone(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="connection refused")
    for number in range(12):
        story.check(f"bad {number}", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    story.check("fine", "api", story.attempt(1.0, steps=(story.step(),)))
    browser.show(story.stream(), tmp_path)
    browser.click(".chip[data-verdict=passed]")
    browser.click(".explains button")
    assert browser.count(".check") == 12
    browser.wait_for("document.getElementById('checks').getBoundingClientRect().top < 100")
    assert browser.text(":focus") == "show all"
    browser.click(".across .node[data-service=orders]")
    assert browser.text("#found") == "13 of 13 checks show all"
    assert browser.text(":focus") == "show all"
