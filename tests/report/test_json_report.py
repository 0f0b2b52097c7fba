"""The JSON report is valid against the shipped schema and says the same as the record."""

import json
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.json_report import render_json
from dovetail.report.json_shape import SCHEMA_VERSION
from dovetail.report.record import read_run
from dovetail.report.schema import read_schema

if TYPE_CHECKING:
    from tests.report.conftest import Story


def validator() -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(json.loads(read_schema()))


def test_a_run_with_everything_in_it_is_valid(shop_events: list[Event]) -> None:
    validator().validate(json.loads(b"".join(render_json(read_run(shop_events)))))


@pytest.mark.parametrize("kept", [0, 1, 30, 80])
def test_a_run_cut_short_anywhere_is_valid(shop_events: list[Event], kept: int) -> None:
    document = json.loads(b"".join(render_json(read_run(shop_events[:kept]))))
    validator().validate(document)
    assert (document["verdict"], document["exit_code"], document["is_complete"]) == ("inconclusive", 9, False)


def test_the_schema_refuses_what_is_no_report(shop_events: list[Event]) -> None:
    document = json.loads(b"".join(render_json(read_run(shop_events))))
    document["checks"][0]["verdict"] = "green"
    assert not validator().is_valid(document)
    assert not validator().is_valid({"schema_version": SCHEMA_VERSION})


def test_totals_scopes_and_checks_agree(shop_events: list[Event]) -> None:
    document = json.loads(b"".join(render_json(read_run(shop_events))))
    assert document["schema_version"] == SCHEMA_VERSION
    assert document["totals"] == {
        "checks": 16, "passed": 7, "failed": 6, "flaky": 1, "inconclusive": 1, "skipped": 1,
    }  # fmt: skip
    for verdict in Verdict:
        assert sum(scope[verdict] for scope in document["scopes"].values()) == document["totals"][verdict]
        assert len([one for one in document["checks"] if one["verdict"] == verdict]) == document["totals"][verdict]
    assert document["causes"] == ["6 checks failed", "1 check was inconclusive"]


def test_a_flaky_check_keeps_what_failed_and_its_other_attempts(shop_events: list[Event]) -> None:
    document = json.loads(b"".join(render_json(read_run(shop_events))))
    (flaky,) = [check for check in document["checks"] if check["verdict"] == "flaky"]
    assert (flaky["attempts"], flaky["steps"][0]["verdict"]) == (2, "failed")
    assert [other["verdict"] for other in flaky["other_attempts"]] == ["passed"]


def test_the_slice_of_every_attempt_is_told(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="x")
    first = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,), isolation="slice", slice_name="c1a1s1")
    again = story.attempt(2.0, 0.1, steps=(story.step(),), isolation="slice", slice_name="c1a2s2")
    story.check("in slices", "api", first, again, verdict=Verdict.FLAKY)
    story.check("in none", "api", story.attempt(3.0, 0.1, steps=(story.step(),)))
    document = json.loads(b"".join(render_json(read_run(story.stream()))))
    validator().validate(document)
    inside, outside = document["checks"]
    assert (inside["slice"], [other["slice"] for other in inside["other_attempts"]]) == ("c1a1s1", ["c1a2s2"])
    assert (outside["slice"], outside["other_attempts"]) == ("", [])


def test_odd_text_survives(story: "Story") -> None:
    name = 'quote " and \x00 and 😀'
    story.check(name, verdict=Verdict.SKIPPED, why="x")
    text = b"".join(render_json(read_run(story.stream())))
    assert json.loads(text)["checks"][0]["name"] == name
