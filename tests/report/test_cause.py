"""Each rule blames what its evidence shows, and nothing weaker comes before something surer."""

from typing import TYPE_CHECKING

import pytest

from dovetail.model.outcome import StepOutcome, Verdict
from dovetail.report.finding import find_causes
from dovetail.report.record import read_run

if TYPE_CHECKING:
    from tests.report.conftest import Story


def failing(story: "Story", expected: str = "201", got: str = "503") -> StepOutcome:
    return story.step(verdict=Verdict.FAILED, mismatches=(story.wrong("status", expected, got),))


def test_a_refused_call_on_an_edge_explains_a_503(story: "Story") -> None:
    story.call("orders -> payments", 3.05, "POST /payments", "", "refused")
    cause = story.blame(failing(story))
    assert (cause.kind, cause.edge) == ("edge-refused", "orders -> payments")
    assert "dovetail logs payments" in cause.next


def test_a_call_that_another_check_may_have_made_is_never_claimed_as_certain(story: "Story") -> None:
    story.check("at the same time", "api", story.attempt(3.0, 0.4, steps=(story.step(),)))
    story.call("orders -> payments", 3.05, "POST /payments", "", "timed out")
    assert "seen while other checks ran too" in story.blame(failing(story)).title


def test_a_check_that_broke_an_edge_itself_is_told_as_not_resilient(story: "Story") -> None:
    story.break_edge("orders -> payments", 3.0, 3.4, "http", "orders/the-one", status="503")
    cause = story.blame(failing(story))
    assert cause.kind == "not-resilient"
    assert "broken on purpose (http status 503)" in cause.title


@pytest.mark.parametrize(
    ("error", "kind"),
    [("connection refused", "refused"), ("no answer within 2 s", "timeout"), ("odd", "error")],
)
def test_an_error_without_an_answer_is_named(story: "Story", error: str, kind: str) -> None:
    assert story.blame(story.step(verdict=Verdict.FAILED, error=error)).kind == kind


@pytest.mark.parametrize(("got", "kind"), [("401", "unauthorized"), ("404", "not-found"), ("500", "server-error")])
def test_a_wrong_status_is_named(story: "Story", got: str, kind: str) -> None:
    cause = story.blame(failing(story, "200", got))
    assert cause.kind == kind
    assert "{" not in cause.title + "".join(cause.next)


def test_an_event_that_never_came_names_who_could_have_sent_it(story: "Story") -> None:
    missed = story.step("orders.created", "events", verb="kafka.consume", verdict=Verdict.FAILED, duration_ms=5000.0)
    cause = story.blame(missed)
    assert cause.kind == "event-not-received"
    assert "nothing came within 5.0 s" in cause.title
    assert "dovetail logs orders" in cause.next


def test_a_check_without_an_evaluated_expectation_proves_nothing(story: "Story") -> None:
    assert story.blame(story.step(expectations=0), verdict=Verdict.INCONCLUSIVE).kind == "nothing-proven"


@pytest.mark.parametrize(("count", "verdict"), [(1, Verdict.INCONCLUSIVE), (0, Verdict.FAILED)])
def test_a_check_that_proved_something_or_failed_is_not_told_as_proving_nothing(
    story: "Story", count: int, verdict: Verdict
) -> None:
    assert story.blame(story.step(expectations=count), verdict=verdict).kind == "other"


def test_a_failed_clean_up_is_told_apart_from_a_failed_act(story: "Story") -> None:
    left = story.step("DELETE /orders/1", verdict=Verdict.FAILED, error="500", is_cleanup=True)
    assert story.blame(story.step(), left, cleanup="500").kind == "cleanup-failed"
    assert story.blame(failing(story), left, cleanup="500").kind == "server-error"


def test_a_clean_up_that_no_step_did_is_told_with_its_reason(story: "Story") -> None:
    cause = story.blame(story.step(), cleanup="the copy of orders-db is left")
    assert cause.title == "the check did its work, but its cleanup failed: the copy of orders-db is left"
    assert (cause.service, cause.evidence) == ("", ())


def test_a_step_that_failed_to_clean_up_is_told_with_its_service(story: "Story") -> None:
    cause = story.blame(story.step(), story.step("DELETE /a", verdict=Verdict.FAILED, error="500", is_cleanup=True))
    assert cause.title == "the check did its work, but its cleanup failed: 500"
    assert (cause.service, cause.key, len(cause.evidence)) == ("orders", ("cleanup-failed", "orders", "500"), 1)


def test_a_call_in_trouble_explains_no_answer_that_is_only_wrong(story: "Story") -> None:
    story.call("orders -> payments", 3.05, "POST /payments", "", "refused")
    assert story.blame(failing(story, "200", "404")).kind == "not-found"


@pytest.mark.parametrize(
    ("answer", "text"),
    [("", "POST /payments  4 ms"), ("connection refused", "POST /payments → connection refused  4 ms")],
)
def test_a_call_in_trouble_explains_a_step_that_got_no_answer(story: "Story", answer: str, text: str) -> None:
    story.call("orders -> payments", 3.05, "POST /payments", answer, "refused")
    cause = story.blame(story.step(verdict=Verdict.FAILED, error="no answer within 2 s"))
    assert (cause.kind, cause.evidence[0].text) == ("edge-refused", text)


def test_what_outside_of_the_run_was_called_has_no_logs(story: "Story") -> None:
    story.edges = {**story.edges, "orders -> stripe": "http"}
    story.call("orders -> stripe", 3.05, "POST /charges", "", "refused")
    assert story.blame(failing(story)).next == ("dovetail logs orders",)


@pytest.mark.parametrize("error", ["the broker went away", "no message, timed out"])
def test_an_error_seen_while_waiting_is_no_message_that_came(story: "Story", error: str) -> None:
    seen = (story.sighting(0.1, error),)
    step = story.step("x", "events", verb="kafka.consume", verdict=Verdict.FAILED, error=error, sightings=seen)
    assert "nothing came" in story.blame(step).title


def test_a_message_that_nobody_sends_leads_to_the_log_of_where_it_was_awaited(story: "Story") -> None:
    step = story.step("x", "cache", verb="redis.consume", verdict=Verdict.FAILED, duration_ms=5000.0)
    story.edges = {}
    assert story.blame(step).next == ("dovetail logs cache",)


def test_a_value_that_was_waited_for_is_told_as_an_effect_that_was_not_seen(story: "Story") -> None:
    wrong = (story.wrong("rows[0].status", "paid", "pending"),)
    seen = (story.sighting(0.1, "pending"),)
    at_once = story.blame(story.step(verdict=Verdict.FAILED, mismatches=wrong))
    again = type(story)(story.services, story.edges)
    waited = again.blame(again.step(verdict=Verdict.FAILED, mismatches=wrong, sightings=seen, duration_ms=2000.0))
    assert (at_once.kind, waited.kind) == ("mismatch", "effect-not-seen")
    assert ("within" in at_once.title, "within 2.0 s" in waited.title) == (False, True)


@pytest.mark.parametrize(("got", "is_one"), [("503", True), ("404", False)])
def test_a_server_that_is_broken_is_one_cause_whatever_it_was_asked(story: "Story", got: str, *, is_one: bool) -> None:
    def key(request: str) -> tuple[str, ...]:
        told = type(story)(story.services, story.edges)
        wrong = (told.wrong("status", "200", got),)
        return told.blame(told.step(request, verdict=Verdict.FAILED, mismatches=wrong)).key

    assert (key("GET /a") == key("GET /b")) is is_one


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [("no answer within 2 s", "no answer within 3 s", True), ("odd", "odder", False)],
)
def test_errors_of_one_kind_are_one_cause_and_unknown_ones_are_not(
    story: "Story", one: str, other: str, *, is_one: bool
) -> None:
    def key(error: str) -> tuple[str, ...]:
        told = type(story)(story.services, story.edges)
        return told.blame(told.step(verdict=Verdict.FAILED, error=error)).key

    assert (key(one) == key(other)) is is_one


def test_equal_mismatches_have_equal_keys_and_others_not(story: "Story") -> None:
    def key(got: str) -> tuple[str, ...]:
        told = type(story)(story.services, story.edges)
        return told.blame(told.step(verdict=Verdict.FAILED, mismatches=(told.wrong("json.a", "1", got),))).key

    assert key("2") == key("2")
    assert key("2") != key("3")


def test_an_answer_that_never_came_is_named_by_its_error_not_as_a_mismatch(story: "Story") -> None:
    repeated = (story.wrong("error", "an answer", "connection refused"),)
    step = story.step(verdict=Verdict.FAILED, error="connection refused", mismatches=repeated)
    assert story.blame(step).kind == "refused"


def test_an_error_that_was_expected_to_be_another_is_a_mismatch(story: "Story") -> None:
    wrong = (story.wrong("error.code", "40001", "23505"),)
    step = story.step(verdict=Verdict.FAILED, error="duplicate key, timed out", mismatches=wrong)
    assert story.blame(step).kind == "mismatch"


def test_a_mistake_in_the_users_file_is_shown_with_its_line(story: "Story") -> None:
    problem = "tests/integration/a.yaml:7:9\n  7 │ save: {x: jsn.id}\n    │       ^^^\n  there is no jsn"
    cause = story.blame(story.step(verdict=Verdict.FAILED, error=problem))
    assert (cause.kind, cause.title) == ("suite", "the check is written wrong: tests/integration/a.yaml:7:9")
    assert cause.evidence[-1].text == "  there is no jsn"
    assert cause.next == ("correct tests/integration/a.yaml:7:9",)


def test_a_mistake_that_names_no_line_leads_to_the_steps(story: "Story") -> None:
    step = story.step(verdict=Verdict.FAILED, error="the edge a -> b has no proxy here\nuse another")
    assert story.blame(step).next == (f"correct {step.place}",)


END = "no further message within 5 s: read orders.created[0] up to offset 4, 1 message seen, end offset 4"


def test_only_messages_are_counted_as_seen_not_the_end_of_the_wait(story: "Story") -> None:
    def title(*saw: str) -> str:
        told = type(story)(story.services, story.edges)
        seen = tuple(told.sighting(0.1 * number, text) for number, text in enumerate(saw))
        step = told.step("consume x", "events", verb="kafka.consume", verdict=Verdict.FAILED, sightings=seen)
        return told.blame(step).title

    assert "1 message came" in title("orders.created[0] offset 3", END)
    assert "nothing came" in title(END)


def test_a_step_that_was_interrupted_blames_nobody(story: "Story") -> None:
    cut = story.step("orders", "", verb="service.restart", verdict=Verdict.FAILED, error="interrupted by Ctrl-C")
    story.change("orders", "stopping", 3.0, "restarting")
    cause = story.blame(cut)
    assert (cause.kind, cause.title) == ("interrupted", "interrupted by Ctrl-C")


def test_a_step_that_speaks_to_no_service_is_named_by_its_verb(story: "Story") -> None:
    cause = story.blame(story.step("x", "", verb="service.restart", verdict=Verdict.FAILED, error="odd"))
    assert (cause.title, cause.evidence[0].source) == ("odd", "service.restart")
    assert not any(command.endswith(" ") for command in cause.next)


def test_a_check_that_the_end_of_an_interrupted_run_met_is_told_as_interrupted(story: "Story") -> None:
    story.check("cut", "api", story.attempt(3.0, 5.0, steps=(story.step(),)))
    story.events = [one for one in story.events if type(one).__name__ not in {"AttemptEnded", "CheckEnded"}]
    story.change("orders", "stopping", 3.2)
    story.end(3.5, Verdict.INCONCLUSIVE, 2, "interrupted by Ctrl-C")
    (finding,) = find_causes(read_run(story.stream()))
    assert (finding.kind, finding.title) == ("interrupted", "interrupted by Ctrl-C")
