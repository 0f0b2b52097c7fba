"""Allure's files hold one result per attempt, the same names in every run, and never more green than the run."""

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from dovetail.model.data import Place
from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.allure import render_allure
from dovetail.report.attribution import KEPT_PER_CHECK
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


def test_a_failed_check_is_told_as_a_whole(small: "Story") -> None:
    files, results = draw(small.stream())
    (result,) = find(results, "bad 1")
    (attachment,) = result.pop("attachments")
    assert (attachment["name"], attachment["type"]) == ("what the services wrote", "text/plain")
    assert files[attachment["source"]] == b"11:06:43.100  orders | GET / 503 <b>\n"
    facts = {"stage": "finished", "start": 1795000003020, "stop": 1795000003120}
    place = {"name": "place", "value": "tests/integration/orders.yaml:14"}
    on = {"name": "on", "value": "orders"}
    rows = "\n  tests/integration/orders.yaml:17  status: expected 201, got 503  (unavailable)\n  0.05 s  saw 502\n"
    asked, left = "orders.yaml:14  POST /orders on orders", "orders.yaml:14  DELETE /orders/1 on orders: refused"
    wrong = {
        "message": "status: expected 201, got 503",
        "trace": f"tests/integration/{asked}{rows}  0.10 s  saw 503",
    }
    assert result.pop("steps") == [
        {"name": "POST /orders", "status": "passed", **facts}
        | {"parameters": [on, {"name": "answer", "value": "201 Created"}, place]},
        {"name": "POST /orders", "status": "failed", **facts, "statusDetails": wrong}
        | {"parameters": [on, {"name": "answer", "value": "503"}, place]},
        {"name": "cleanup: DELETE /orders/1", "status": "failed", **facts, "parameters": [on, place]}
        | {"statusDetails": {"message": "refused", "trace": f"tests/integration/{left}"}},
    ]
    assert result.pop("statusDetails")["message"] == "status: expected 201, got 503"
    assert labels(result) == {
        "parentSuite": "shop",
        "suite": "api",
        "host": "local",
        "thread": "agent 0",
        "framework": "dovetail",
        "language": "yaml",
        "layer": "integration",
        "severity": "critical",
        "tag": "critical",
    }
    assert result["parameters"] == [{"name": "environment", "value": "local"}]
    assert (result["start"], result["stop"], result["fullName"]) == (1795000003000, 1795000003200, "orders/bad-1")


def test_what_passed_has_no_details_and_what_was_skipped_only_its_reason(small: "Story") -> None:
    _, results = draw(small.stream())
    assert "statusDetails" not in find(results, "fine | one")[0]
    assert "attachments" not in find(results, "fine | one")[0]
    assert find(results, "later")[0]["statusDetails"] == {"message": "no bank yet"}
    assert "thread" not in labels(find(results, "later")[0])


def test_every_attempt_that_did_not_pass_tells_its_steps_and_a_flaky_check_what_came_before(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="refused")
    first = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,))
    story.check("flaky", "api", first, story.attempt(2.0, 0.1, steps=(story.step(),)), verdict=Verdict.FLAKY)
    before, last = find(draw(story.stream())[1], "flaky")
    told = "tests/integration/orders.yaml:14  POST /orders on orders: refused"
    assert before["statusDetails"] == {"message": "refused", "trace": told}
    assert last["statusDetails"]["message"] == "flaky: passed on attempt 2 of 2"
    assert told in last["statusDetails"]["trace"]


def test_calls_of_others_and_calls_left_out_are_told_as_such(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="refused")
    for name in ("one", "two"):
        story.check(name, "api", story.attempt(1.0, 1.0, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    for number in range(KEPT_PER_CHECK + 3):
        story.call("orders -> payments", 1.1 + number / 1000, f"GET /{number}", "200")
    files, results = draw(story.stream())
    attachment = next(one for one in find(results, "one")[0]["attachments"] if "exchanges" in one["name"])
    rows = files[attachment["source"]].decode().splitlines()
    assert rows[0] == "11:06:41.100  orders -> payments  GET /0 → answered 200  4 ms  (may belong to another check)"
    assert rows[-1] == "and 3 more, which only the journal holds"


def test_a_flaky_check_is_no_category_of_its_own(story: "Story") -> None:
    bad = story.step(verdict=Verdict.FAILED, error="refused")
    first = story.attempt(1.0, 0.1, Verdict.FAILED, (bad,))
    story.check("flaky", "api", first, story.attempt(2.0, 0.1, steps=(story.step(),)), verdict=Verdict.FLAKY)
    story.end(3.0, Verdict.FLAKY, 9, "1 check flaky")
    categories = json.loads(draw(story.stream())[0]["categories.json"])
    assert categories == [{"name": "flaky", "matchedStatuses": ["passed"], "flaky": True}]


def test_a_check_in_python_is_labelled_so(story: "Story") -> None:
    story.check("one", "api", story.attempt(1.0, steps=(story.step(),)))
    story.planned[0] = replace(story.planned[0], place=Place("tests/test_orders.py", 3))
    assert labels(draw(story.stream())[1][0])["language"] == "python"
