"""An opened check tells all that is known of it, in the order in which one asks."""

from typing import TYPE_CHECKING

from dovetail.model.outcome import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.report.conftest import Story
    from tests.report.page.conftest import Browser

TRACE = "a" * 32


def test_a_check_tells_where_it_stands_and_why_it_did_not_pass(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="connection refused", answer="")
    attempt = story.attempt(2.0, 0.5, Verdict.FAILED, (bad,), cleanup_failed="500 no")
    story.check("bad", "api", attempt, verdict=Verdict.FAILED, why="it never worked")
    story.check("as bad", "api", story.attempt(2.0, 0.5, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert (
        browser.outline(".detail > .facts")
        == """facts
  span: tests/integration/orders.yaml:12
  span: critical
  span: isolation unique
  span: orders/bad
  copy [type button] [title Copy]: copy link"""
    )
    assert (
        browser.outline(".detail > .because")
        == """because toned failed
  div
    b: orders: the connection was refused, nothing listens there
    soft: (1 other check too)
  soft: it never worked
  div: cleanup failed: 500 no
  lines
    div
      span: orders
      span: POST /orders → connection refused
  next
    soft: next
    copy [type button] [title Copy]: dovetail ps
    copy [type button] [title Copy]: dovetail logs orders
    copy [type button] [title Copy]: dovetail run --failed"""
    )


def test_a_cause_that_is_only_likely_is_told_as_such_and_when_it_was(
    browser: "Browser", shop: "Story", tmp_path: "Path"
) -> None:
    browser.show(shop.stream(), tmp_path, "#check=orders%2Fan-order-is-paid")
    assert browser.text(".because > div") == "likely payments exited with code 1, 420 ms earlier (2 other checks too)"


def test_what_passed_or_was_skipped_needs_no_because(browser: "Browser", shop: "Story", tmp_path: "Path") -> None:
    browser.show(shop.stream(), tmp_path, "#check=orders%2Fan-order-is-cached")
    browser.run("location.hash = '#check=orders%2Flater'")
    browser.wait_for("document.querySelectorAll('.check.is-open').length === 2")
    assert browser.count(".because") == 0
    assert browser.count(".tabs") == 0
    assert (
        browser.text("#scope-external .detail")
        == """tests/integration/orders.yaml:12
critical
orders/later
copy link"""
    )


def test_every_step_tells_what_it_asked_what_came_and_what_was_wrong(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    seen = (story.sighting(0.1, "502 no"), story.sighting(0.25, "503 busy"))
    wrong = (story.wrong("status", "201", "503", "unavailable"), story.wrong("json.id", "<uuid>", "<absent>"))
    steps = (
        story.step("GET /stock/A-1", "users", answer="200 OK"),
        story.step("orders.created", "events", verb="kafka.publish", expectations=0, answer=""),
        story.step(verdict=Verdict.FAILED, mismatches=wrong, error="gave up", sightings=seen, answer="503"),
        story.step("DELETE /orders/17", error="404, which is fine here", is_cleanup=True, answer=""),
    )
    attempt = story.attempt(2.0, 0.5, Verdict.FAILED, steps, why="two expectations failed")
    story.check("bad", "api", attempt, verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert (
        browser.outline(".detail .attempt")
        == """attempt
  soft: two expectations failed
  div
    h4: Steps
    step
      sign passed [role img] [aria-label passed] [title passed]: ✓
      span
        request: GET /stock/A-1
        on: http on users
      time: 100 ms
      answer: → 200 OK
    step
      sign passed [role img] [aria-label passed] [title passed]: ✓
      span
        request: orders.created
        on: kafka.publish on events
      time: 100 ms
      answer: no expectation was evaluated
    step
      sign failed [role img] [aria-label failed] [title failed]: ✗
      span
        request: POST /orders
        on: http on orders
      time: 100 ms
      answer: → 503
      more
        failed lead: 503 busy
          soft: tests/integration/orders.yaml:14
        mismatch
          header
            code: status
            soft: tests/integration/orders.yaml:17
          pair expected
            span: expected
            div: 201
          pair got
            span: got
            div: 503
          footer: unavailable
        mismatch
          header
            code: json.id
            soft: tests/integration/orders.yaml:17
          pair expected
            span: expected
            div: <>
              ins: uuid
          pair got
            span: got
            div: <>
              del: absent
        div
          h4: Seen while waiting
          lines
            div
              span: 100 ms
              span: 502 no
            div
              span: 250 ms
              span: 503 busy
  div
    h4: Clean-up
    step
      sign passed [role img] [aria-label passed] [title passed]: ✓
      span
        request: DELETE /orders/17
        on: http on orders
      time: 100 ms
      more
        soft: 404, which is fine here
          soft: tests/integration/orders.yaml:14"""
    )


def test_of_a_check_played_twice_one_attempt_is_shown_and_each_can_be_chosen(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad, fine = story.step("GET /1", verdict=Verdict.FAILED, error="no"), story.step("GET /2")
    attempts = story.attempt(1.0, 0.5, Verdict.FAILED, (bad,)), story.attempt(2.0, 0.5, steps=(fine,))
    story.check("wavering", "api", *attempts, verdict=Verdict.FLAKY)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fwavering")
    assert (
        browser.outline(".tabs")
        == """tabs
  chip [type button] [aria-pressed true]: attempt 1
    failed: ✗ failed
  chip [type button] [aria-pressed false]: attempt 2
    passed: ✓ passed"""
    )
    assert browser.text(".attempt .request") == "GET /1"
    browser.click(".tabs .chip:last-child")
    assert (
        browser.outline(".tabs")
        == """tabs
  chip [type button] [aria-pressed false]: attempt 1
    failed: ✗ failed
  chip [type button] [aria-pressed true]: attempt 2
    passed: ✓ passed"""
    )
    assert browser.text(".attempt .request") == "GET /2"


def test_of_a_check_that_failed_twice_the_last_attempt_is_shown(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    attempts = [
        story.attempt(at, 0.5, Verdict.FAILED, (story.step(f"GET /{at}", verdict=Verdict.FAILED, error="no"),))
        for at in (1, 2)
    ]
    story.check("bad", "api", *attempts, verdict=Verdict.FAILED)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.text(".attempt .request") == "GET /2"


def test_calls_tell_when_they_were_made_and_how_they_ended(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="no")
    attempt = story.attempt(2.0, 0.5, Verdict.FAILED, (bad,), trace=TRACE)
    identity = story.check("bad", "api", attempt, verdict=Verdict.FAILED)
    story.break_edge("orders -> payments", 2.0, 2.3, "refuse", identity)
    for number, (answer, ended) in enumerate(
        (("", "refused"), ("503", "faulted"), ("request timed out", "timed out"), ("200", "answered"), ("half", "cut"))
    ):
        story.call("orders -> payments", 1.99 + number / 100, f"POST /{number}", answer, ended, TRACE)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert (
        browser.outline(".attempt + div")
        == """div
  h4: Broken on purpose
  div: refuse
    b: orders -> payments
    soft: for 300 ms"""
    )
    assert (
        browser.outline(".detail .calls tbody")
        == """tbody
  is-bad
    number: \N{MINUS SIGN}10 ms
    edge-name: orders -> payments
    mono: POST /0
    mono: refused
    number: 4 ms
  is-faulted
    number: +0 ms
    edge-name: orders -> payments
    mono: POST /1
    mono: 503 (faulted)
    number: 4 ms
  is-bad
    number: +10 ms
    edge-name: orders -> payments
    mono: POST /2
    mono: request timed out
    number: 4 ms
  tr
    number: +20 ms
    edge-name: orders -> payments
    mono: POST /3
    mono: 200
    number: 4 ms
  is-bad
    number: +30 ms
    edge-name: orders -> payments
    mono: POST /4
    mono: half (cut)
    number: 4 ms"""
    )
    assert (
        browser.outline(".detail .calls thead")
        == """thead
  tr
    number: at
    th: edge
    th: request
    th: answer
    number: took"""
    )


def test_calls_that_may_belong_to_others_are_marked(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    bad = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", "201", "500"),))
    story.check("bad", "api", story.attempt(1.0, 1.0, Verdict.FAILED, (bad,), trace=TRACE), verdict=Verdict.FAILED)
    story.check("beside", "api", story.attempt(1.0, 1.0, steps=(story.step(),)))
    story.call("orders -> users", 1.06, "GET /users", "200")
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert (
        browser.text(".detail > div:last-child > .soft")
        == "* seen while several checks ran, so it may belong to another of them"
    )
    assert (
        browser.outline(".detail .calls .edge-name")
        == """edge-name: orders -> users
  soft [title Seen while several checks ran; may belong to another]: *"""
    )
    story.call("orders -> payments", 1.05, "POST /payments", "201", trace=TRACE)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert browser.text(".detail button.link") == "show 1 more call that may belong to other checks (*)"
    browser.click(".detail button.link")
    assert browser.count(".detail button.link") == 0
    assert browser.text(".detail .calls tr:nth-child(1) .edge-name") == "orders -> payments"
    assert browser.text(".detail .calls tr:nth-child(2) .edge-name") == "orders -> users *"


def test_calls_that_have_no_room_are_counted(browser: "Browser", story: "Story", tmp_path: "Path") -> None:
    story.check("fine", "api", story.attempt(1.0, 1.0, steps=(story.step(),), trace=TRACE))
    for number in range(40):
        story.call("orders -> users", 1.1 + number / 100, "GET /users", "200", trace=TRACE)
    browser.show(story.stream(), tmp_path, "#check=orders%2Ffine")
    assert browser.count(".detail .calls tbody tr") == 30
    assert browser.text(".detail > div:last-child > .soft") == "and 10 more, left out here"


def test_the_log_tells_who_wrote_what_before_and_after_the_check_began(
    browser: "Browser", story: "Story", tmp_path: "Path"
) -> None:
    bad = story.step(verdict=Verdict.FAILED, error="no")
    story.check("bad", "api", story.attempt(2.0, 0.5, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    for at, line in enumerate(("ready", "FATAL no disk", "KeyError: 'id'", "errors: 0", "2 failed logins", "panic!")):
        story.log("orders", 1.99 + at / 100, line)
    browser.show(story.stream(), tmp_path, "#check=orders%2Fbad")
    assert (
        browser.outline(".detail > div:last-child")
        == """div
  h4: What the services wrote meanwhile
  lines log
    div
      span: \N{MINUS SIGN}10 ms
      span: orders
      span: ready
    div
      span: +0 ms
      span: orders
      hot: FATAL no disk
    div
      span: +10 ms
      span: orders
      hot: KeyError: 'id'
    div
      span: +20 ms
      span: orders
      span: errors: 0
    div
      span: +30 ms
      span: orders
      hot: 2 failed logins
    div
      span: +40 ms
      span: orders
      hot: panic!"""
    )
