"""JUnit XML is valid for Jenkins and keeps failure, error and skipped apart."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from dovetail.model.event import Event
from dovetail.model.outcome import Verdict
from dovetail.report.junit import render_junit
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("jenkins.xsd")))


def draw(events: list[Event]) -> etree._Element:
    root = etree.fromstring(b"".join(render_junit(read_run(events))))
    SCHEMA.assertValid(root)
    return root


def case(root: etree._Element, name: str) -> etree._Element:
    return next(one for one in root.iter("testcase") if one.get("name") == name)


@pytest.mark.parametrize("kept", [0, 1, 30, 80, 10_000])
def test_it_is_valid_also_for_a_run_cut_short(shop_events: list[Event], kept: int) -> None:
    draw(shop_events[:kept])


@pytest.mark.parametrize(
    ("name", "children"),
    [
        ("an order is cached", []),
        ("an order is paid", ["failure", "system-err"]),
        ("something happens", ["error"]),
        ("later", ["skipped"]),
        ("stock is counted", ["system-out"]),
        ("an order is deleted", ["failure"]),
    ],
)
def test_each_verdict_has_its_own_element(shop_events: list[Event], name: str, children: list[str]) -> None:
    found = [child.tag for child in case(draw(shop_events), name)]
    assert [tag for tag in found if tag != "system-err" or "system-err" in children] == children


def test_suites_are_the_scopes_and_their_counts_add_up(shop_events: list[Event]) -> None:
    root = draw(shop_events)
    suites = {suite.get("name"): suite for suite in root}
    assert list(suites) == ["api", "cache", "services", "messaging", "external", "database", "resilience"]
    assert (suites["api"].get("tests"), suites["api"].get("failures")) == ("9", "3")
    for suite in suites.values():
        assert len(suite.findall("testcase")) == int(suite.get("tests"))
        assert len(suite.findall("testcase/failure")) == int(suite.get("failures"))
        assert len(suite.findall("testcase/error")) == int(suite.get("errors"))
    assert root.get("failures") == "6"


def test_a_failure_tells_line_expectation_cause_and_next_step(shop_events: list[Event]) -> None:
    (failure,) = case(draw(shop_events), "an order is created, stored and announced").findall("failure")
    assert failure.get("message") == "status: expected 201, got 503"
    assert failure.get("type") == "service-down"
    assert "tests/integration/orders.yaml:17" in failure.text
    assert "because  payments exited with code 1" in failure.text
    assert "dovetail logs payments" in failure.text


def test_a_flaky_check_passes_and_tells_its_first_attempt(shop_events: list[Event]) -> None:
    told = case(draw(shop_events), "stock is counted").findtext("system-out")
    assert "attempt 1: failed" in told
    assert "timed out" in told


def test_control_characters_and_markup_do_no_harm(story: "Story") -> None:
    name = 'a "b" <c> & \x00\x1b[31m\x0b\ud800\uffff ]]> d'
    bad = story.step(verdict=Verdict.FAILED, error="\x1b[1mboom\x07 <&>")
    story.check(name, "api", story.attempt(1.0, 0.1, Verdict.FAILED, (bad,)), verdict=Verdict.FAILED)
    (found,) = draw(story.stream()).iter("testcase")
    assert found.get("name") == 'a "b" <c> &  ]]> d'
    assert "boom <&>" in found.findtext("failure")


def test_a_run_that_is_not_green_has_a_case_that_is_not(story: "Story") -> None:
    story.check("asleep", "api", verdict=Verdict.SKIPPED, why="not today")
    story.end(2.0, Verdict.INCONCLUSIVE, 9, "every check was skipped")
    root = draw(story.stream())
    assert (root.get("tests"), root.get("errors")) == ("2", "1")
    assert case(root, "the run as a whole").find("error").get("message") == "every check was skipped"


def test_a_small_run_reads_letter_by_letter(small: "Story") -> None:
    told = "\n".join(b"".join(render_junit(read_run(small.stream()))).decode().split("</failure>")[0].splitlines()[:13])
    assert (
        told
        == """\
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="shop" tests="4" failures="2" errors="0" time="5.000">
  <testsuite name="api" tests="3" failures="2" errors="0" skipped="0" time="0.412" timestamp="2026-11-18T11:06:40">
    <properties>
      <property name="environment" value="local"/>
      <property name="seed" value="7f3a"/>
      <property name="run" value="r-7f3a"/>
      <property name="flaky" value="0"/>
    </properties>
    <testcase name="fine | one" classname="shop.api" time="0.013"/>
    <testcase name="bad 1" classname="shop.api" time="0.200">
      <failure type="service-down" message="status: expected 201, got 503">tests/integration/orders.yaml:21
tests/integration/orders.yaml:14  POST /orders on orders"""
    )


def test_what_services_wrote_stands_at_the_checks_that_did_not_pass_alone(small: "Story") -> None:
    root = draw(small.stream())
    told = {one.get("name"): [child.tag for child in one] for one in root.iter("testcase")}
    assert told == {"fine | one": [], "bad 1": ["failure", "system-err"], "bad 2": ["failure"], "later": ["skipped"]}
    assert case(root, "bad 1").findtext("system-err") == "orders | GET / 503 <b>"
    assert case(root, "later").find("skipped").get("message") == "no bank yet"


def test_a_run_without_a_system_and_a_check_without_a_reason_have_a_name_all_the_same(story: "Story") -> None:
    assert etree.fromstring(b"".join(render_junit(read_run([])))).get("name") == "dovetail"
    story.check("later", verdict=Verdict.SKIPPED)
    assert case(draw(story.stream()), "later").find("skipped").get("message") == "skipped"


def test_the_rows_of_a_reason_stay_apart_also_in_an_attribute(story: "Story") -> None:
    story.check("later", verdict=Verdict.SKIPPED, why="one\n\ttwo")
    assert case(draw(story.stream()), "later").find("skipped").get("message") == "one\n\ttwo"
