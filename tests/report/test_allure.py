"""Allure's files hold one result per attempt, the same names in every run, and never more green than the run."""

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.allure import render_allure
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def draw(events: list[Event]) -> tuple[dict[str, bytes], list[Any]]:
    files = dict(render_allure(read_run(events)))
    results = [json.loads(content) for name, content in files.items() if name.endswith("-result.json")]
    return files, results


def find(results: list[Any], name: str) -> list[Any]:
    return sorted((one for one in results if one["name"] == name), key=lambda one: float(one["start"]))


def labels(result: Any) -> dict[str, str]:
    return {label["name"]: label["value"] for label in result["labels"]}


@pytest.mark.parametrize("kept", [0, 1, 30, 80, 10_000])
def test_every_file_has_the_name_that_allure_looks_for(shop_events: list[Event], kept: int) -> None:
    files, results = draw(shop_events[:kept])
    assert {"environment.properties", "categories.json"} <= set(files)
    for name in set(files) - {"environment.properties", "categories.json"}:
        found = re.fullmatch(r"(.{36})-(result\.json|attachment\.txt)", name)
        assert found
        uuid, ending = found.groups()
        assert str(UUID(uuid)) == uuid
        assert ending == "attachment.txt" or json.loads(files[name])["uuid"] == uuid
    assert all(one["stage"] == "finished" and one["start"] <= one["stop"] for one in results)


@pytest.mark.parametrize(
    ("name", "statuses"),
    [
        ("an order is cached", ["passed"]),
        ("an order is paid", ["failed"]),
        ("stock is counted", ["failed", "passed"]),
        ("something happens", ["broken"]),
        ("later", ["skipped"]),
    ],
)
def test_each_attempt_has_the_status_of_its_verdict(shop_events: list[Event], name: str, statuses: list[str]) -> None:
    assert [one["status"] for one in find(draw(shop_events)[1], name)] == statuses


def test_attempts_of_one_check_share_their_history_and_the_last_is_flaky(shop_events: list[Event]) -> None:
    first, last = find(draw(shop_events)[1], "stock is counted")
    assert (first["historyId"], first["testCaseId"]) == (last["historyId"], last["testCaseId"])
    assert first["uuid"] != last["uuid"]
    assert last["statusDetails"]["flaky"] is True
    assert last["statusDetails"]["message"] == "flaky: passed on attempt 2 of 2"
    assert first["statusDetails"]["message"] == "no answer within 2 s: timed out"
    assert "flaky" not in first["statusDetails"]


def test_the_history_of_a_check_goes_on_in_the_next_run(story: "Story", shop_events: list[Event]) -> None:
    story.check("later", "api", verdict=Verdict.SKIPPED, why="not today", line=99)
    (before,), (after,) = (find(draw(events)[1], "later") for events in (shop_events, story.stream()))
    assert before["historyId"] == after["historyId"]


def test_labels_say_suite_agent_severity_and_tags(shop_events: list[Event]) -> None:
    (result,) = find(draw(shop_events)[1], "an order is paid")
    assert labels(result) == {
        "parentSuite": "shop", "suite": "api", "host": "local", "thread": "agent 1", "framework": "dovetail",
        "language": "yaml", "layer": "integration", "severity": "critical", "tag": "critical",
    }  # fmt: skip
    (unplayed,) = find(draw(shop_events)[1], "later")
    assert "thread" not in labels(unplayed)
    assert unplayed["statusDetails"]["message"] == "needs a contract with the bank"


def test_steps_have_status_times_and_what_was_wrong(shop_events: list[Event]) -> None:
    (result,) = find(draw(shop_events)[1], "an order is deleted")
    done, left = result["steps"]
    assert (done["name"], done["status"], done["stop"] - done["start"]) == ("POST /orders", "passed", 100)
    assert (left["name"], left["status"]) == ("cleanup: DELETE /orders/17", "failed")
    assert left["statusDetails"]["message"] == "500 Internal Server Error"
    assert {"name": "on", "value": "orders"} in left["parameters"]


def test_a_failed_check_carries_its_exchanges_and_logs_and_a_passed_one_nothing(shop_events: list[Event]) -> None:
    files, results = draw(shop_events)
    (result,) = find(results, "an order is created, stored and announced")
    told = {one["name"]: files[one["source"]].decode() for one in result["attachments"]}
    assert "orders -> payments  POST /payments HTTP/1.1 → refused" in told["exchanges on the edges"]
    assert "orders | payments unavailable" in told["what the services wrote"]
    assert all("attachments" not in one for one in results if one["status"] in ("passed", "skipped"))
    (broken,) = find(results, "a lost broker leaves nothing <img src=x onerror=alert(1)>")
    assert [one["name"] for one in broken["attachments"]] == ["what the check broke"]


def test_every_attachment_has_its_file_and_every_file_its_result(shop_events: list[Event]) -> None:
    files, results = draw(shop_events)
    sources = [one["source"] for result in results for one in result.get("attachments", [])]
    assert sorted(sources) == sorted(name for name in files if name.endswith("-attachment.txt"))


def test_each_result_that_did_not_pass_falls_into_the_category_of_its_cause(shop_events: list[Event]) -> None:
    files, results = draw(shop_events)
    categories = json.loads(files["categories.json"])
    shared = next(one for one in categories if one["name"] == "payments exited with code 1")
    hit = [one["name"] for one in results if re.fullmatch(shared["traceRegex"], trace(one))]
    assert sorted(hit) == [
        "an order is created, stored and announced",
        "an order is paid",
        "two orders are paid at once",
    ]
    for one in results:
        if one["status"] in ("failed", "broken") and one["name"] != "stock is counted":
            found = [cat for cat in categories if re.fullmatch(cat.get("traceRegex", "-"), trace(one))]
            assert len(found) == 1
    assert categories[-1] == {"name": "flaky", "matchedStatuses": ["passed"], "flaky": True}


def trace(result: Any) -> str:
    return str(result.get("statusDetails", {}).get("trace", ""))


def test_the_environment_is_told_in_ascii_with_verdict_and_causes(shop_events: list[Event]) -> None:
    told = draw(shop_events)[0]["environment.properties"].decode("ascii").splitlines()
    assert "environment = local" in told
    assert "verdict = failed" in told
    assert r"causes = 6 checks failed \u00b7 1 check was inconclusive" in told


def test_a_backslash_and_letters_beyond_the_first_plane_survive_in_the_environment(story: "Story") -> None:
    story.end(1.0, Verdict.FAILED, 6, "C:\\new\nline 😀")
    told = draw(story.stream())[0]["environment.properties"].decode("ascii")
    assert r"causes = C:\\new line \ud83d\ude00" in told


def test_odd_text_does_no_harm(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="\x1b[1mboom\x07 \ud800")
    story.check("a \ud800", "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    (result,) = draw(story.stream())[1]
    assert (result["name"], result["statusDetails"]["message"]) == ("a ", "boom ")


def test_drawn_again_it_is_the_same(shop_events: list[Event]) -> None:
    assert render_allure(read_run(shop_events)) == render_allure(read_run(shop_events))


def test_a_run_that_is_not_green_has_a_result_that_is_not(story: "Story") -> None:
    story.check("asleep", "api", verdict=Verdict.SKIPPED, why="not today")
    story.end(2.0, Verdict.INCONCLUSIVE, 9, "every check was skipped")
    (own,) = find(draw(story.stream())[1], "the run as a whole")
    assert (own["status"], own["statusDetails"]["message"]) == ("broken", "every check was skipped")
