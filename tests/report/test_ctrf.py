"""The CTRF report is valid against the format's own schema and never greener than the run."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jsonschema_rs
import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.ctrf import render_ctrf
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story

SCHEMA = json.loads(Path(__file__).with_name("ctrf.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema_rs.validator_for(SCHEMA, validate_formats=True)


def draw(events: list[Event]) -> Any:
    document = json.loads(render_ctrf(read_run(events)))
    VALIDATOR.validate(document)
    return document["results"]


def find(results: Any, name: str) -> Any:
    return next(test for test in results["tests"] if test["name"] == name)


@pytest.mark.parametrize("kept", [0, 1, 30, 80, 10_000])
def test_it_is_valid_also_for_a_run_cut_short(shop_events: list[Event], kept: int) -> None:
    draw(shop_events[:kept])


def test_the_schema_refuses_what_is_no_report(shop_events: list[Event]) -> None:
    document = json.loads(render_ctrf(read_run(shop_events)))
    document["results"]["tests"][0]["verdict"] = "passed"
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("name", "status", "raw"),
    [
        ("an order is cached", "passed", "passed"),
        ("an order is paid", "failed", "failed"),
        ("stock is counted", "passed", "flaky"),
        ("something happens", "other", "inconclusive"),
        ("later", "skipped", "skipped"),
    ],
)
def test_each_verdict_has_its_status_and_keeps_its_name(
    shop_events: list[Event], name: str, status: str, raw: str
) -> None:
    test = find(draw(shop_events), name)
    assert (test["status"], test["rawStatus"]) == (status, raw)


def test_the_summary_counts_what_the_tests_say(shop_events: list[Event]) -> None:
    results = draw(shop_events)
    summary = results["summary"]
    assert summary["tests"] == len(results["tests"]) == 16
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == len([test for test in results["tests"] if test["status"] == status])
    assert (summary["flaky"], summary["suites"], summary["stop"] - summary["start"]) == (1, 7, 5400)
    assert summary["extra"]["causes"] == ["6 checks failed", "1 check was inconclusive"]


def test_a_run_cut_short_says_so(shop_events: list[Event]) -> None:
    extra = draw(shop_events[:60])["summary"]["extra"]
    assert (extra["verdict"], extra["exitCode"], extra["isComplete"]) == ("inconclusive", 9, False)


def test_a_failure_tells_message_trace_line_and_cause(shop_events: list[Event]) -> None:
    test = find(draw(shop_events), "an order is created, stored and announced")
    assert (test["suite"], test["filePath"], test["line"]) == (["api"], "tests/integration/orders.yaml", 12)
    assert test["message"] == "status: expected 201, got 503"
    assert "because  payments exited with code 1" in test["trace"]
    assert test["extra"]["cause"]["kind"] == "service-down"
    assert "orders | payments unavailable <script>alert(1)</script>" in test["stderr"]
    assert (test["tags"], test["threadId"]) == (["critical"], "agent 0")
    (step,) = test["steps"]
    assert (step["name"], step["status"]) == ("POST /orders", "failed")
    assert step["extra"]["mismatches"][0] == "status: expected 201, got 503"


def test_a_flaky_check_is_told_with_the_attempts_before_the_last(shop_events: list[Event]) -> None:
    test = find(draw(shop_events), "stock is counted")
    assert (test["flaky"], test["retries"], test["steps"][0]["status"]) == (True, 1, "passed")
    assert "message" not in test
    (first,) = test["retryAttempts"]
    assert (first["attempt"], first["status"]) == (1, "failed")
    assert first["message"] == "no answer within 2 s: timed out"
    assert first["extra"]["steps"][0]["status"] == "failed"


def test_a_check_that_was_tried_once_has_no_retries(shop_events: list[Event]) -> None:
    test = find(draw(shop_events), "an order is paid")
    assert not {"retries", "retryAttempts", "flaky"} & set(test)


def test_a_test_has_the_same_id_in_every_run(story: "Story", shop_events: list[Event]) -> None:
    story.check("an order is paid", "database", verdict=Verdict.SKIPPED, why="today")
    ids = [find(draw(events), "an order is paid")["id"] for events in (shop_events, story.stream())]
    assert ids[0] == ids[1]


def test_odd_text_and_empty_names_stay_valid(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="\x1b[1mboom\x07 \ud800")
    story.check("\ud800", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    (test,) = draw(story.stream())["tests"]
    assert (test["name"], test["message"]) == ("orders/", "boom ")


def test_drawn_again_it_is_the_same(shop_events: list[Event]) -> None:
    assert render_ctrf(read_run(shop_events)) == render_ctrf(read_run(shop_events))


def test_a_run_that_is_not_green_has_a_test_that_is_not(story: "Story") -> None:
    story.check("asleep", "api", verdict=Verdict.SKIPPED, why="not today")
    story.end(2.0, Verdict.INCONCLUSIVE, 9, "every check was skipped")
    results = draw(story.stream())
    assert find(results, "the run as a whole")["status"] == "other"
    assert (results["summary"]["tests"], results["summary"]["other"]) == (2, 1)


def test_a_failed_check_is_told_as_a_whole(small: "Story") -> None:
    test = find(draw(small.stream()), "bad 1")
    steps, trace, identity = test.pop("steps"), test.pop("trace"), test.pop("id")
    assert UUID(identity).version == 5
    assert trace.startswith("tests/integration/orders.yaml:21\n")
    assert test == {
        "name": "bad 1",
        "status": "failed",
        "duration": 200,
        "start": 1795000003000,
        "stop": 1795000003200,
        "suite": ["api"],
        "message": "status: expected 201, got 503",
        "filePath": "tests/integration/orders.yaml",
        "line": 21,
        "rawStatus": "failed",
        "tags": ["critical"],
        "type": "integration",
        "stderr": ["orders | GET / 503 <b>"],
        "threadId": "agent 0",
        "extra": {
            "id": "orders/bad-1",
            "isolation": "unique",
            "cleanupFailed": "left",
            "cause": {
                "kind": "service-down",
                "title": "orders exited with code 1",
                "isLikely": True,
                "evidence": ["orders | no disk left"],
                "next": ["dovetail logs orders", "dovetail run --failed"],
            },
        },
    }
    facts = {"verb": "http", "start": 1795000003020, "duration": 100, "on": "orders", "expectations": 1}
    facts["place"] = "tests/integration/orders.yaml:14"
    assert [step["extra"] for step in steps] == [
        {**facts, "verdict": "passed", "answer": "201 Created"},
        {**facts, "verdict": "failed", "answer": "503", "mismatches": ["status: expected 201, got 503"]},
        {**facts, "verdict": "failed", "error": "refused", "isCleanup": True},
    ]
    assert [(step["name"], step["status"]) for step in steps] == [
        ("POST /orders", "passed"),
        ("POST /orders", "failed"),
        ("DELETE /orders/1", "failed"),
    ]


def test_what_passed_has_no_message_and_what_was_skipped_its_reason(small: "Story") -> None:
    tests = draw(small.stream())["tests"]
    assert [test.get("message") for test in tests if test["status"] != "failed"] == [None, "no bank yet"]


def test_an_attempt_before_the_last_is_told_as_a_whole(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="refused", answer="")
    first = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,), 3, trace="a" * 32, cleanup_failed="left")
    again = story.attempt(2.0, 0.1, steps=(story.step(),), agent=2, isolation="slice", slice_name="s1")
    story.check("flaky", "api", first, again, verdict=Verdict.FLAKY)
    told = find(draw(story.stream()), "flaky")
    assert (told["extra"]["isolation"], told["extra"]["slice"]) == ("slice", "s1")
    (retry,) = told["retryAttempts"]
    assert [step.pop("extra")["error"] for step in retry["extra"].pop("steps")] == ["refused"]
    assert retry == {
        "attempt": 1,
        "status": "failed",
        "duration": 100,
        "start": 1795000001000,
        "stop": 1795000001100,
        "message": "refused",
        "trace": "tests/integration/orders.yaml:14  POST /orders on orders: refused",
        "extra": {
            "verdict": "failed",
            "agent": 3,
            "traceId": "a" * 32,
            "isolation": "unique",
            "cleanupFailed": "left",
        },
    }
