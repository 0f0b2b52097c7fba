"""The top of the page tells how the run went; below stand its causes, the system, and what else was said."""

import re
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from tests.report.conftest import START

from dovetail.model.event import Noticed, TornDown
from dovetail.model.outcome import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser


def play(story: "Story", name: str, scope: str, verdict: Verdict) -> None:
    is_played = verdict is not Verdict.SKIPPED
    bad = story.step(f"GET /{name}", verdict=Verdict.FAILED, mismatches=(story.wrong(f"json.{name}", "1", "2"),))
    shown = (bad,) if verdict in {Verdict.FAILED, Verdict.INCONCLUSIVE} else (story.step(),)
    story.check(name, scope, *([story.attempt(1.0, 0.2, verdict, shown)] if is_played else []), verdict=verdict)


def test_the_summary_tells_verdict_counts_facts_and_scopes(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    for number, verdict in enumerate((*Verdict, Verdict.FAILED)):
        play(story, f"n{number}", "api" if number < 4 else "money", verdict)
    for service in story.services:
        story.ready(service, 0.5)
    story.end(3.0, Verdict.FAILED, 1, "2 checks failed")
    browser.show(story.stream(), tmp_path)
    told = re.sub(r"\d+/\d+/\d+, .*", "some day", browser.outline("#summary"))
    assert (
        told
        == """section [aria-label Summary] [id summary]
  div
    verdict failed: failed
      small: 2 of 6 checks failed, 1 inconclusive, 1 flaky, 1 skipped
    bar [role img] [aria-label 2 of 6 checks failed, 1 inconclusive, 1 flaky, 1 skipped]
      passed [title 1 passed]
      failed [title 2 failed]
      flaky [title 1 flaky]
      inconclusive [title 1 inconclusive]
      skipped [title 1 skipped]
    facts
      span: took
        b: 3.0 s
      span: ready in
        b: 500 ms
      span: agents
        b: 4
      span: seed
        b: 7f3a
      span: exit code
        b: 1
      span: started
        b: some day
  scopes
    thead
      tr
        th: scope
        th
          sign passed [role img] [aria-label passed] [title passed]: ✓
        th
          sign failed [role img] [aria-label failed] [title failed]: ✗
        th
          sign flaky [role img] [aria-label flaky] [title flaky]: ≈
        th
          sign inconclusive [role img] [aria-label inconclusive] [title inconclusive]: ?
        th
          sign skipped [role img] [aria-label skipped] [title skipped]: –
    tbody
      tr
        td
          a [href #scope-api]: api
        passed: 1
        failed: 1
        flaky: 1
        inconclusive: 1
        none: ·
      tr
        td
          a [href #scope-money]: money
        none: ·
        failed: 1
        none: ·
        none: ·
        skipped: 1"""
    )
    assert (
        browser.outline("#headline")
        == """div [id headline]: shop · local
  failed: ✗ failed"""
    )
    widths = "return [...document.querySelectorAll('.bar i')].map((part) => part.style.flexGrow)"
    assert browser.run(widths) == ["1", "2", "1", "1", "1"]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ((Verdict.PASSED,), "1 check passed"),
        ((Verdict.PASSED, Verdict.PASSED), "all 2 checks passed"),
        ((Verdict.PASSED, Verdict.SKIPPED), "1 check passed, 1 skipped"),
        ((Verdict.SKIPPED,), "no check passed, 1 skipped"),
        ((Verdict.FAILED,), "1 of 1 check failed"),
        ((Verdict.FLAKY, Verdict.PASSED), "1 of 2 checks flaky"),
        ((Verdict.INCONCLUSIVE, Verdict.FLAKY), "1 of 2 checks inconclusive, 1 flaky"),
        ((), "no check ran"),
    ],
)
def test_one_sentence_tells_how_the_checks_went(
    browser: "Browser", story: "Story", tmp_path: "Path", verdicts: tuple[Verdict, ...], told: str
) -> None:
    for number, verdict in enumerate(verdicts):
        play(story, f"n{number}", "api", verdict)
    story.end(1.0, Verdict.PASSED, 0)
    browser.show(story.stream(), tmp_path)
    assert browser.text("h1 small") == told
    assert browser.count(".scopes") == 0


def test_a_run_without_checks_shows_nothing_to_search_and_why(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    story.end(1.0, Verdict.INCONCLUSIVE, 5, "no check was selected")
    browser.show(story.stream(), tmp_path)
    assert browser.text(".told") == "no check was selected"
    assert browser.count(".bar") == 0
    assert browser.run("return document.getElementById('search').checkVisibility()") is False
    assert browser.run("return [...document.querySelectorAll('#top nav a')].map((one) => one.hidden)") == [
        True,
        True,
        False,
        True,
    ]


def test_what_a_run_never_said_is_not_shown_as_nothing(browser: "Browser", tmp_path: "Path") -> None:
    browser.show([], tmp_path)
    assert browser.text(".facts") == "exit code 9"
    assert browser.text("#headline").strip() == "? inconclusive"
    assert browser.run("return document.title") == "inconclusive"
    assert browser.run("return document.getElementById('about').innerText.trim()") == ""
    assert browser.run("return document.getElementById('system').checkVisibility()") is False


@pytest.mark.parametrize(("code", "told"), [(0, 0), (1, 0), (2, 1)])
def test_why_a_run_ended_is_told_where_no_check_tells_it(
    browser: "Browser", story: "Story", tmp_path: "Path", code: int, told: int
) -> None:
    play(story, "fine", "api", Verdict.PASSED)
    story.end(1.0, Verdict.PASSED, code, "interrupted\nby hand", "again")
    browser.show(story.stream(), tmp_path)
    assert browser.count(".told") == told
    if told:
        assert browser.text(".told") == "interrupted\nby hand\nagain"


def test_a_cause_tells_its_share_its_evidence_its_checks_and_the_next_step(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    browser.show(shop.stream(), tmp_path)
    assert (
        browser.outline(".cause:first-child")
        == """card cause toned failed
  h3: payments exited with code 1
  meta: 420 ms earlier · 3 checks share this cause, 2 of them likely
  lines
    div
      span: payments
      span: starting on 4003
    div
      span: payments
      span: could not connect to payments-db: password authentication failed
  explains
    li
      sign failed [role img] [aria-label failed] [title failed]: ✗
      a [href #check=orders%2Fan-order-is-created%2C-stored-and-announced]
        bdi: an order is created, stored and announced
    li
      sign failed [role img] [aria-label failed] [title failed]: ✗
      a [href #check=orders%2Fan-order-is-paid]
        bdi: an order is paid
      soft: likely
    li
      sign failed [role img] [aria-label failed] [title failed]: ✗
      a [href #check=orders%2Ftwo-orders-are-paid-at-once]
        bdi: two orders are paid at once
      soft: likely
  next
    soft: next
    copy [type button] [title Copy]: dovetail logs payments
    copy [type button] [title Copy]: dovetail run --failed"""
    )
    metas = browser.run("return [...document.querySelectorAll('.cause .meta')].map((one) => one.textContent)")
    assert metas == ["420 ms earlier · 3 checks share this cause, 2 of them likely"]
    assert (
        browser.outline(".cause:nth-child(5) .next")
        == """next
  soft: next
  span: add expect: to a step of the check
  copy [type button] [title Copy]: dovetail run --failed"""
    )


def test_causes_beyond_the_hundredth_are_counted(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    for number in range(103):
        play(story, f"n{number}", "api", Verdict.FAILED)
    story.end(2.0, Verdict.FAILED, 1)
    browser.show(story.stream(), tmp_path)
    assert browser.count(".cause") == 100
    assert browser.text("#causes div > .soft:last-child") == "and 3 more causes, told at their checks below"


def test_nine_checks_of_a_cause_are_all_named(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    for number in range(9):
        bad = story.step(verdict=Verdict.FAILED, error="connection refused")
        story.check(f"bad {number}", "api", story.attempt(1.0, 0.2, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path)
    assert browser.count(".explains a") == 9
    assert browser.count(".explains button") == 0


def test_services_tell_their_state_and_what_befell_them(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    story.services, story.edges = dict.fromkeys(("users", "orders", "payments", "cache", "events"), "http"), {}
    story.ready("users", 0.3)
    story.ready("orders", 0.5)
    story.change("orders", "paused", 1.2)
    story.change("orders", "ready", 1.5)
    story.ready("payments", 0.5)
    story.change("payments", "failed", 1.4, "exited with code 3")
    story.change("cache", "starting", 0.1)
    story.check("long", "api", story.attempt(1.0, 3.0, steps=(story.step(),)))
    story.end(5.0, Verdict.PASSED, 0)
    browser.show(story.stream(), tmp_path)
    assert (
        browser.outline("#services")
        == """card [id services]
  service
    ready [title ready]
    span
      b: users
      soft: http
    soft: 300 ms
  service
    ready [title ready]
    span
      b: orders
      soft: http
    soft: 500 ms
    health
      div: paused at 1.2 s, back after 300 ms
  service
    failed [title failed]
    span
      b: payments
      soft: http
    soft: failed
    health
      div: at 1.4 s
        b: exited with code 3
  service
    starting [title starting]
    span
      b: cache
      soft: http
    soft: starting
  service
    i
    span
      b: events
      soft: http
    soft"""
    )
    assert browser.run("return document.querySelector('.legend').checkVisibility()") is False
    assert browser.run("return document.getElementById('edges').checkVisibility()") is False


def test_edges_are_listed_with_their_calls_and_what_is_wrong_with_them(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    browser.show(shop.stream(), tmp_path)
    rows = (
        "return [...document.querySelectorAll('#edges tr')].slice(-6).map((row) => `${row.className} ${row.innerText}`)"
    )
    browser.run("document.getElementById('edges').open = true")
    assert browser.run(rows) == [
        " orders -> users (http)\t0 calls",
        " orders -> orders-db (postgres)\t2 calls · p50 4 ms, p99 4 ms",
        " orders -> events (kafka)\t0 calls",
        " payments -> payments-db (postgres)\t0 calls",
        "is-faulted notifications -> events (kafka)\t0 calls · broken on purpose in this run",
        "is-bad orders -> payments (http)\t1 call · p50 4 ms, p99 4 ms · 1 answered no or never",
    ]
    assert browser.run("return document.querySelector('.legend').checkVisibility()")


@pytest.mark.parametrize("key", ["Enter", " ", "x"])
def test_a_service_of_the_map_answers_the_keys(browser: "Browser", shop: "Story", tmp_path: "Path", key: str) -> None:
    browser.show(shop.stream(), tmp_path)
    node = "document.querySelector('.across .node[data-service=cache]')"
    pressed = f"new KeyboardEvent('keydown', {{key: '{key}', bubbles: true, cancelable: true}})"
    is_taken = browser.run(f"return !{node}.dispatchEvent({pressed})")
    found = browser.run("return document.getElementById('search').value")
    assert (is_taken, found) == ((False, "") if key == "x" else (True, "cache"))


def test_the_end_of_the_page_tells_notices_options_and_how_it_was_torn_down(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    play(story, "bad", "api", Verdict.FAILED)
    story.events.append(Noticed(START + 1.5, "warning", "a note"))
    story.events.append(Noticed(START + 1.6, "error", "something else\nover two lines"))
    story.end(2.0, Verdict.FAILED, 1)
    stream = story.stream()
    stream[0] = replace(stream[0], options={"retry": "2", "fail_fast": "true", "direct": "false", "only": ""})
    browser.show(stream, tmp_path)
    assert (
        browser.outline("#about")
        == """section [aria-label About this run] [id about]
  notice warning: 1.5 s  a note
  notice error: 1.6 s  something else
over two lines
  div: run r-7f3a · retry 2 · fail-fast · torn down in 412 ms, nothing left · Dovetail 0.1.0"""
    )


def test_what_teardown_left_behind_is_told(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    play(story, "fine", "api", Verdict.PASSED)
    story.events.append(TornDown(START + 2, 100.0, ("process 1", "port 2")))
    browser.show(story.stream(), tmp_path)
    assert browser.text("#about") == "run r-7f3a · retry 2 · teardown left behind: process 1, port 2 · Dovetail 0.1.0"
