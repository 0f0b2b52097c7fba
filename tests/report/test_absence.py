"""A step that lacked somebody is put down to who was away: as certain only where it was met on the wire."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.outcome import StepOutcome, Verdict

if TYPE_CHECKING:
    from tests.report.conftest import Story

    from dovetail.report.case import Cause


def failing(story: "Story", expected: str = "201", got: str = "503") -> StepOutcome:
    return story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", expected, got),))


def missing(story: "Story", topic: str, on: str = "events") -> StepOutcome:
    """A step that waited in vain for a message."""
    error = "no message within 5 s"
    seen = (story.sighting(0.3, error),)
    request = f"consume {topic}"
    return story.step(
        request, on, verb="kafka.consume", verdict=Verdict.FAILED, error=error, sightings=seen, duration_ms=300.0
    )


def test_a_service_that_exited_before_is_the_cause_with_its_last_words(story: "Story") -> None:
    story.ready("payments", 0.5)
    story.change("payments", "failed", 2.5, "exited with code 1", ("one", "two"))
    cause = story.blame(failing(story))
    assert (cause.kind, cause.title) == ("service-down", "payments exited with code 1")
    assert [line.text for line in cause.evidence] == ["one", "two"]
    assert cause.next == ("dovetail logs payments",)


@pytest.mark.parametrize(
    ("service", "state", "at"),
    [("payments", "failed", 5.0), ("users", "starting", 2.0), ("notifications", "failed", 2.0)],
)
def test_a_service_is_not_blamed_that_failed_later_or_is_healthy_or_out_of_reach(
    story: "Story", service: str, state: str, at: float
) -> None:
    story.change(service, state, at)
    assert story.blame(failing(story)).kind == "server-error"


def test_a_service_that_came_back_is_not_blamed(story: "Story") -> None:
    story.change("payments", "failed", 2.0, "killed")
    story.change("payments", "ready", 2.5)
    assert story.blame(failing(story)).kind == "server-error"


@pytest.mark.parametrize("path", ["json.total", "json.status"])
def test_a_wrong_value_alone_does_not_blame_a_dead_service(story: "Story", path: str) -> None:
    story.change("payments", "failed", 2.0, "killed")
    wrong = story.step(verdict=Verdict.FAILED, mismatches=(story.wrong(path, "1", "500"),))
    assert story.blame(wrong).kind == "mismatch"


def test_of_two_dead_services_the_first_to_die_is_the_cause(story: "Story") -> None:
    story.change("payments", "failed", 2.2, "lost its database")
    story.change("payments-db", "failed", 2.1, "killed by signal 9")
    assert story.blame(failing(story)).service == "payments-db"


UNTOLD = ""


@pytest.mark.parametrize("slice_name", ["s1", UNTOLD])
class TestInASlice:
    def test_a_private_copy_that_died_during_the_check_is_blamed(self, story: "Story", slice_name: str) -> None:
        story.change("payments@s1", "failed", 3.05, "exited with code 1")
        assert story.blame(failing(story), slice_name=slice_name).service == "payments@s1"

    def test_the_exit_of_what_the_check_had_a_copy_of_is_not_blamed(self, story: "Story", slice_name: str) -> None:
        story.change("payments", "failed", 2.0, "exited with code 1")
        story.ready("payments@s1", 2.9)
        assert story.blame(failing(story), slice_name=slice_name).kind == "server-error"

    def test_a_slice_that_is_taken_down_when_it_had_served_is_nobodys_cause(
        self, story: "Story", slice_name: str
    ) -> None:
        story.change("payments@s1", "stopping", 3.05)
        story.change("payments@s1", "stopped", 3.1)
        assert story.blame(failing(story), slice_name=slice_name).kind == "server-error"

    def test_a_copy_that_the_check_itself_killed_is_told_as_killed(self, story: "Story", slice_name: str) -> None:
        story.change("payments@s1", "stopping", 3.05, "killed")
        assert story.blame(failing(story), slice_name=slice_name).title == "payments@s1 was killed"

    def test_a_call_between_copies_that_found_nobody_is_met_for_certain(self, story: "Story", slice_name: str) -> None:
        story.ready("orders@s1", 2.9)
        story.change("payments@s1", "failed", 3.04, "exited with code 1")
        story.call("orders@s1 -> payments@s1", 3.05, "connect 127.0.0.1:4003", "", "refused")
        cause = story.blame(failing(story), slice_name=slice_name)
        assert (cause.service, cause.is_likely) == ("payments@s1", False)


def test_a_check_in_no_slice_is_not_put_down_to_the_exit_of_a_copy(story: "Story") -> None:
    story.change("payments@s1", "failed", 3.05, "exited with code 1")
    assert story.blame(failing(story)).kind == "server-error"


@pytest.mark.parametrize(("slice_name", "kind"), [("s2", "server-error"), ("s1", "service-down")])
def test_only_the_copies_of_its_own_slice_are_blamed(story: "Story", slice_name: str, kind: str) -> None:
    story.change("payments@s1", "failed", 3.05, "exited with code 1")
    assert story.blame(failing(story), slice_name=slice_name).kind == kind


@pytest.mark.parametrize(("slice_name", "kind"), [(UNTOLD, "server-error"), ("s1", "service-down")])
def test_a_copy_that_died_before_the_check_got_its_slice_is_blamed_where_the_slice_is_told(
    story: "Story", slice_name: str, kind: str
) -> None:
    story.change("payments@s1", "failed", 2.5, "exited with code 1")
    assert story.blame(failing(story), slice_name=slice_name).kind == kind


def test_a_death_told_a_moment_after_the_step_is_still_its_cause(story: "Story") -> None:
    story.change("payments", "failed", 3.25, "exited with code 1")
    assert story.blame(failing(story)).kind == "service-down"


def test_an_exit_outlives_the_teardown_that_follows_the_step(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.change("payments", "stopping", 3.3)
    story.change("payments", "stopped", 3.35)
    assert story.blame(failing(story)).title == "payments exited with code 1"


def test_a_service_that_teardown_ends_is_nobodys_cause(story: "Story") -> None:
    story.change("payments", "stopping", 3.3)
    story.change("payments", "stopped", 3.35)
    assert story.blame(failing(story)).kind == "server-error"


def test_a_service_that_somebody_killed_is_told_as_killed(story: "Story") -> None:
    story.change("payments", "stopping", 2.9, "killed")
    story.change("payments", "stopped", 2.95, "killed")
    assert story.blame(failing(story)).title == "payments was killed"


def test_an_exit_is_the_root_of_a_pause_before_it(story: "Story") -> None:
    story.change("payments-db", "paused", 2.0)
    story.change("payments", "failed", 2.5, "exited with code 1")
    assert story.blame(failing(story)).service == "payments"


def test_what_follows_from_reach_and_time_is_only_likely(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    assert story.blame(failing(story)).is_likely


def test_a_step_that_asked_the_dead_service_itself_is_certain(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    refused = story.step("GET /payments", "payments", verdict=Verdict.FAILED, error="connection refused")
    assert not story.blame(refused).is_likely


def test_a_refused_call_towards_a_dead_service_is_its_exit_for_certain(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.call("orders -> payments", 3.05, "connect 127.0.0.1:4003", "", "refused")
    cause = story.blame(failing(story))
    assert (cause.kind, cause.is_likely) == ("service-down", False)


def test_a_call_that_another_check_may_have_made_proves_nothing(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.check("at the same time", "api", story.attempt(3.0, 0.4, steps=(story.step(),)))
    story.call("orders -> payments", 3.05, "connect 127.0.0.1:4003", "", "refused")
    assert story.blame(failing(story)).is_likely


def test_what_was_met_on_the_wire_comes_before_an_older_exit_that_has_nothing_to_do_with_it(story: "Story") -> None:
    story.change("users", "failed", 2.0, "exited with code 1")
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.call("orders -> payments", 3.05, "connect 127.0.0.1:4003", "", "refused")
    assert story.blame(failing(story)).service == "payments"


def test_an_event_that_did_not_come_is_likely_the_exit_of_who_sends_it(story: "Story") -> None:
    story.change("notifications", "failed", 3.1, "exited with code 1", ("KeyError",))
    cause = story.blame(missing(story, "notifications.sent"))
    assert (cause.service, cause.is_likely) == ("notifications", True)


def test_an_event_is_missed_too_where_who_starts_the_chain_is_gone(story: "Story") -> None:
    story.change("orders", "failed", 2.1, "exited with code 1")
    assert story.blame(missing(story, "notifications.sent")).service == "orders"


def test_an_event_that_did_not_come_is_not_put_down_to_who_only_hears_it(story: "Story") -> None:
    story.change("notifications", "failed", 2.1, "exited with code 1")
    assert story.blame(missing(story, "orders.created")).kind == "event-not-received"


def test_a_wait_for_the_effect_of_an_event_is_likely_the_exit_of_who_should_have_heard_it(story: "Story") -> None:
    story.change("orders", "failed", 2.1, "exited with code 1")
    seen = (story.sighting(0.1, "200 []"),)
    waited = story.step(
        "GET /notes",
        "notifications",
        verdict=Verdict.FAILED,
        mismatches=(story.wrong("json", "[1]", "[]"),),
        sightings=seen,
    )
    cause = story.blame(waited)
    assert (cause.service, cause.is_likely) == ("orders", True)


def test_a_clean_up_that_found_nobody_is_the_exit_and_not_a_clean_up_of_its_own(story: "Story") -> None:
    story.change("orders", "failed", 3.0, "exited with code 1")
    left = story.step("DELETE /orders/1", verdict=Verdict.FAILED, error="connection refused", is_cleanup=True)
    assert story.blame(story.step(), left, cleanup="refused").kind == "service-down"


def test_a_clean_up_is_not_put_down_to_an_exit_that_it_did_not_meet(story: "Story") -> None:
    story.change("payments", "failed", 2.0, "exited with code 1")
    left = story.step("DELETE /orders/1", verdict=Verdict.FAILED, error="500", is_cleanup=True)
    assert story.blame(story.step(), left, cleanup="500").kind == "cleanup-failed"


def blame_without_a_step(story: "Story", cleanup: str = "") -> "Cause":
    """Blame a check whose steps all passed, as one in Python does that fails by an assertion of its own."""
    return story.blame(story.step(), cleanup=cleanup)


def test_a_check_that_no_step_explains_is_likely_the_exit_of_what_it_touched(story: "Story") -> None:
    story.change("payments", "failed", 3.3, "exited with code 1")
    cause = blame_without_a_step(story)
    assert (cause.service, cause.is_likely) == ("payments", True)


def test_a_check_that_no_step_explains_is_put_down_neither_to_teardown_nor_to_who_is_out_of_reach(
    story: "Story",
) -> None:
    story.change("payments", "stopping", 3.35)
    story.change("notifications", "failed", 3.1, "exited with code 1")
    assert blame_without_a_step(story).kind == "other"


def test_a_clean_up_that_failed_outside_the_steps_is_told_before_an_exit(story: "Story") -> None:
    story.change("payments", "failed", 3.3, "exited with code 1")
    assert blame_without_a_step(story, cleanup="the table is locked").kind == "cleanup-failed"


def test_an_older_exit_that_what_was_met_needs_is_the_cause(story: "Story") -> None:
    story.change("payments-db", "failed", 2.0, "killed by signal 9")
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.call("orders -> payments", 3.05, "connect 127.0.0.1:4003", "", "refused")
    assert story.blame(failing(story)).service == "payments-db"


def test_of_two_that_were_met_the_first_to_go_is_the_cause(story: "Story") -> None:
    story.change("orders-db", "failed", 2.1, "killed by signal 9")
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.change("users", "failed", 1.9, "exited with code 1")
    for edge in ("orders -> payments", "orders -> orders-db"):
        story.call(edge, 3.05, "connect", "", "refused")
    assert story.blame(failing(story)).service == "orders-db"


def test_an_absence_that_was_over_before_the_step_or_came_after_it_is_not_its_cause(story: "Story") -> None:
    story.change("payments", "paused", 2.9)
    story.change("payments", "ready", 3.01)
    story.change("users", "paused", 3.2)
    assert story.blame(failing(story)).kind == "server-error"


def test_who_should_have_sent_an_event_is_asked_for_only_where_the_step_waited(story: "Story") -> None:
    story.change("orders", "failed", 2.1, "exited with code 1")
    asked = story.step("GET /notes", "notifications", verdict=Verdict.FAILED, error="refused")
    assert story.blame(asked).kind == "refused"


def test_a_service_that_still_answered_was_not_met_as_absent(story: "Story") -> None:
    story.change("orders", "failed", 3.3, "exited with code 1")
    assert story.blame(failing(story)).is_likely


def test_of_services_that_ended_the_one_that_is_needed_most_is_the_cause(story: "Story") -> None:
    """The exit of one that nobody behind the refused call needs explains nothing of it."""
    story.change("users", "failed", 2.0, "exited with code 3")
    story.change("payments", "failed", 2.5, "exited with code 1")
    story.call("orders -> payments", 3.05, "connect 127.0.0.1:4003", "connection refused", "refused")
    cause = story.blame(failing(story))
    assert (cause.service, cause.is_likely) == ("payments", False)


def test_a_cleanup_is_put_down_to_a_dead_service_only_where_it_was_met(story: "Story") -> None:
    story.change("payments", "failed", 2.5, "exited with code 1")
    left = story.step("DELETE /orders/1", verdict=Verdict.FAILED, error="500", is_cleanup=True)
    assert story.blame(story.step(), left).kind == "cleanup-failed"
    again = type(story)(story.services, story.edges)
    again.change("orders", "failed", 2.5, "exited with code 1")
    assert again.blame(again.step(), left).kind == "service-down"


def test_a_cleanup_that_no_step_did_is_not_put_down_to_a_dead_service(story: "Story") -> None:
    story.change("orders", "failed", 3.1, "exited with code 1")
    assert story.blame(story.step(), cleanup="the copy is left").kind == "cleanup-failed"


def test_a_check_without_a_failed_step_is_put_down_to_an_exit_but_not_to_a_stop(story: "Story") -> None:
    story.change("orders", "stopping", 3.1, "killed")
    story.change("orders", "stopped", 3.15)
    assert story.blame(story.step()).kind == "other"
    again = type(story)(story.services, story.edges)
    again.change("orders", "failed", 3.1, "exited with code 1")
    assert again.blame(again.step()).kind == "service-down"
