"""What one attempt does: steps, values, faults, cleanup, time, isolation."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from dovetail.engine.play import Play, trace_of
from dovetail.errors import StageError, SuiteError
from dovetail.model.check import FaultOrder, Fragment, Isolation, Step, Together
from dovetail.model.event import CheckStarted
from dovetail.model.outcome import Verdict

Make = Callable[..., Any]
OK = {"status": 200}


def test_a_check_passes_when_all_its_expectations_hold(house: Make, http: Make, check: Make) -> None:
    step = http("GET /a", expect={"status": 200, "json": {"path": "/a", "method": "GET"}})
    outcome = house().play(check("c", step))
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert outcome.steps("c")[0].expectations == 3


def test_the_first_failed_step_ends_the_attempt(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(check("c", http("GET /status/500", expect=OK), http("GET /b", expect=OK)))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert [step.request for step in outcome.steps("c")] == ["GET /status/500"]
    assert outcome.steps("c")[0].mismatches[0].path == "status"


def test_a_check_without_expectations_is_inconclusive(house: Make, http: Make, check: Make) -> None:
    ended = house().play(check("c", http("GET /a"))).ended("c")
    assert (ended.verdict, ended.why) == (Verdict.INCONCLUSIVE, "no expectation was evaluated")


def test_no_answer_is_a_mismatch_unless_the_error_is_expected(house: Make, http: Make, check: Make) -> None:
    async def hang_up(method: str, path: str, body: object) -> tuple[int, object]:
        raise ConnectionResetError((method, path, body))

    silent = http("GET /a", expect=OK)
    expected = http("GET /a", expect={"error": {"kind": "<string>"}})
    outcome = house(hang_up).play(check("silent", silent), check("bare", http("GET /a")), check("expected", expected))
    assert outcome.ended("silent").verdict is Verdict.FAILED
    assert outcome.steps("silent")[0].mismatches[0].path == "error"
    assert outcome.ended("bare").verdict is Verdict.FAILED
    assert outcome.ended("expected").verdict is Verdict.PASSED


def test_what_a_step_saves_the_next_one_uses(house: Make, http: Make, check: Make) -> None:
    first = http("GET /a", expect=OK, save={"where": "json.path"})
    second = http("POST /b", fields={"json": {"from": "{{ where }}"}}, expect={"json": {"body": {"from": "/a"}}})
    assert house().play(check("c", first, second)).ended("c").verdict is Verdict.PASSED


def test_saving_what_is_not_there_is_a_mismatch(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(check("c", http("GET /a", expect=OK, save={"id": "json.id"})))
    assert outcome.steps("c")[0].mismatches[0].path == "save.id"


def test_a_missing_value_names_itself(house: Make, http: Make, check: Make) -> None:
    unplayed = http("GET /a", expect=OK, save={"nobody": "json.path"}, condition="{{ mode }} == full")
    outcome = house().play(check("c", unplayed, http("GET /{{ nobody }}", expect=OK), inputs={"mode": "fast"}))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert "nobody" in outcome.steps("c")[1].error


def test_an_answer_that_takes_too_long_is_a_mismatch(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(check("c", http("GET /wait/0.2", expect={"status": 200, "within": 0.05})))
    assert [m.path for m in outcome.steps("c")[0].mismatches] == ["within"]


def test_a_step_is_asked_again_until_it_holds_and_keeps_what_it_saw(house: Make, http: Make, check: Make) -> None:
    answers = iter([503, 503, 404])

    async def recover(method: str, path: str, body: object) -> tuple[int, object]:
        return next(answers, 200), {"asked": [method, path, body]}

    outcome = house(recover).play(check("c", http("GET /a", expect=OK, within=15.0)))
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert [sighting.saw.split()[0] for sighting in outcome.steps("c")[0].sightings] == ["503", "404", "200"]


def test_what_never_holds_fails_at_its_deadline(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(check("c", http("GET /status/503", expect=OK, within=0.2)))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert len(outcome.service.seen) > 2


def test_a_check_ends_at_its_timeout_and_cleans_up(house: Make, http: Make, check: Make) -> None:
    steps = (http("GET /wait/0.1", expect=OK), http("GET /wait/30", expect=OK))
    outcome = house().play(check("c", *steps, timeout=0.3, cleanup=(http("DELETE /a", expect=OK),)))
    assert (outcome.ended("c").verdict, outcome.ended("c").why) == (Verdict.FAILED, "")
    assert outcome.steps("c")[1].error.startswith("timeout: no answer within 0.")
    assert "DELETE /a" in outcome.service.seen


def test_only_its_own_timeout_ends_a_check_even_between_its_steps(house: Make, http: Make, check: Make) -> None:
    fault = FaultOrder("orders -> stock", "refuse")
    stuck = check("stuck", http("GET /a", expect=OK), http("GET /b", expect=OK, faults=(fault,)), timeout=0.2)
    long = http("GET /wait/1.2", "stock", expect=OK)
    tidy = check("tidy", http("GET /a", "stock", expect=OK), cleanup=(long,))
    outcome = house(hangs=frozenset({"inject"})).play(stuck, check("slow", long), tidy)
    assert (outcome.ended("stuck").verdict, outcome.ended("stuck").why) == (Verdict.FAILED, "timed out after 0.2 s")
    assert [(step.request, step.verdict) for step in outcome.steps("stuck")] == [("GET /a", Verdict.PASSED)]
    assert (outcome.ended("slow").verdict, outcome.ended("tidy").verdict) == (Verdict.PASSED, Verdict.PASSED)


def test_cleanup_runs_whatever_failed_and_all_of_it(house: Make, http: Make, check: Make) -> None:
    cleanup = (http("DELETE /status/500", expect=OK), http("DELETE /b", expect=OK))
    outcome = house().play(check("c", http("GET /status/500", expect=OK), cleanup=cleanup))
    assert outcome.service.seen == ["GET /status/500", "DELETE /status/500", "DELETE /b"]
    assert [step.is_cleanup for step in outcome.steps("c")] == [False, True, True]


def test_a_failed_cleanup_is_told_apart(house: Make, http: Make, check: Make) -> None:
    cleanup = (http("DELETE /status/500", expect=OK),)
    outcome = house().play(check("c", http("GET /a", expect=OK), cleanup=cleanup))
    assert outcome.attempts("c")[0].verdict is Verdict.PASSED
    assert "DELETE /status/500" in outcome.attempts("c")[0].cleanup_failed
    assert (outcome.ended("c").verdict, outcome.ended("c").why[:14]) == (Verdict.FAILED, "cleanup failed")


def test_what_was_made_is_cleaned_and_nothing_that_never_was(house: Make, http: Make, check: Make) -> None:
    order = http("POST /orders", expect=OK, save={"order": "json.path"})
    pay = Fragment("pay", (http("POST /status/500", expect=OK, save={"id": "json.id"}),), outputs={"payment": "id"})
    bills = http("GET /status/404", expect=OK, save={"bill": "json.id"})
    cleanup = (bills, *(http(f"DELETE /x{{{{ {name} }}}}", expect=OK) for name in ("order", "payment")))
    of_bill = http("POST /cancel", fields={"json": {"id": "{{ bill }}"}})
    outcome = house().play(check("c", order, pay, cleanup=(*cleanup, of_bill, http("DELETE /all", expect=OK))))
    seen = ["POST /orders", "POST /status/500", "GET /status/404", "DELETE /x/orders", "DELETE /all"]
    assert outcome.service.seen == seen
    assert outcome.attempts("c")[0].cleanup_failed == "GET /status/404: status: expected 200, got 404"
    assert outcome.steps("c")[-2].error == "nothing to clean: bill was never saved"
    assert [step.is_cleanup for step in outcome.steps("c")] == [False] * 2 + [True] * 5


def test_cleanup_obeys_conditions_and_breaks_what_it_says(house: Make, http: Make, check: Make) -> None:
    broken = http("DELETE /b", expect=OK, faults=(FaultOrder("orders -> stock", "refuse"),))
    cleanup = (http("DELETE /a", expect=OK, condition="{{ mode }} == full"), broken)
    outcome = house().play(check("c", http("GET /a", expect=OK), cleanup=cleanup, inputs={"mode": "fast"}))
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert outcome.service.seen == ["GET /a", "DELETE /b"]
    assert outcome.stage.done == ["inject refuse on orders -> stock for c", "lift lease of refuse"]


def test_a_fragment_cleans_up_with_values_of_its_own(house: Make, http: Make, check: Make) -> None:
    leave = Fragment("leave", (http("DELETE /x{{ what }}", expect=OK),), inputs={"what": "{{ made }}"})
    lost = Fragment("lost", (http("DELETE /x{{ what }}", expect=OK),), inputs={"what": "{{ never }}"})
    made = http("POST /orders", expect=OK, save={"made": "json.path"})
    never = http("POST /x", save={"never": "json.path"}, condition="{{ made }} == nothing")
    outcome = house().play(check("c", made, never, cleanup=(leave, lost)))
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert outcome.service.seen == ["POST /orders", "DELETE /x/orders"]


@pytest.mark.parametrize(
    ("trouble", "told"),
    [
        ({"refuses": frozenset({"lift"})}, "cannot lift lease of refuse"),
        ({"hangs": frozenset({"lift"}), "timeout": 0.1}, "cleanup did not end within 0.1 s"),
        ({"loses": frozenset({"lift"})}, ""),
    ],
)
def test_all_else_is_given_back_whatever_went_wrong(
    house: Make, http: Make, check: Make, trouble: dict[str, Any], told: str
) -> None:
    broken = check(
        "c",
        http("GET /a", expect=OK),
        faults=(FaultOrder("orders -> stock", "refuse"),),
        cleanup=(http("DELETE /a", expect=OK),),
        isolation=Isolation.SLICE,
    )
    outcome = house(**trouble).play(broken)
    assert outcome.attempts("c")[0].cleanup_failed == told
    assert outcome.in_slices.seen == ["GET /a", "DELETE /a"]
    assert (outcome.stage.done[-1] == "close slice c1a1s1") is bool(told)


def test_faults_are_lifted_before_cleanup_whatever_happened(house: Make, http: Make, check: Make) -> None:
    fault = FaultOrder("orders -> stock", "refuse")
    broken = check("c", http("GET /status/500", expect=OK), faults=(fault,), cleanup=(http("GET /z", expect=OK),))
    done = house().play(broken).stage.done
    assert done == ["inject refuse on orders -> stock for c", "lift lease of refuse"]


def test_a_fault_of_a_step_lasts_as_long_as_the_step(house: Make, http: Make, check: Make) -> None:
    fault = FaultOrder("orders -> stock", "latency")
    outcome = house().play(check("c", http("GET /a", expect=OK, faults=(fault,)), http("GET /b", expect=OK)))
    assert outcome.stage.done == ["inject latency on orders -> stock for c", "lift lease of latency"]


@pytest.mark.parametrize("refusal", [StageError, SuiteError])
def test_an_edge_that_cannot_be_broken_leaves_the_check_inconclusive(
    house: Make, http: Make, check: Make, refusal: type[Exception]
) -> None:
    fault = FaultOrder("orders -> stock", "refuse")
    played = house(refuses=frozenset({"inject"}), refusal=refusal).play(
        check("c", http("GET /a", expect=OK), faults=(fault,))
    )
    assert played.ended("c").verdict is Verdict.INCONCLUSIVE
    assert played.service.seen == []


def test_a_stage_that_is_gone_is_blamed_itself_and_halts_the_run(house: Make, http: Make, check: Make) -> None:
    fault = FaultOrder("orders -> stock", "refuse")
    first = check("first", http("GET /wait/0.1", expect=OK), http("GET /a", expect=OK, faults=(fault,)))
    beside, later = (check(name, http("GET /wait/30", "stock", expect=OK)) for name in ("beside", "later"))
    began = time.time()
    outcome = house(loses=frozenset({"inject"}), agents=2).play(first, beside, later)
    gone = "the environment ended while it was needed"
    assert [(outcome.ended(name).verdict, outcome.ended(name).why) for name in ("first", "beside", "later")] == [
        (Verdict.INCONCLUSIVE, gone),
        (Verdict.INCONCLUSIVE, gone),
        (Verdict.SKIPPED, f"not started: {gone}"),
    ]
    (broken_off,) = outcome.steps("beside")
    assert (broken_off.error, broken_off.request, broken_off.is_cleanup) == (gone, "GET /wait/30", False)
    assert (broken_off.verb, broken_off.on) == ("http.request", "stock")
    assert 50 < broken_off.duration_ms < 20_000
    assert began <= broken_off.started_at <= time.time() - broken_off.duration_ms / 1000


def test_a_failure_on_a_stage_that_is_gone_proves_nothing(house: Make, http: Make, check: Make) -> None:
    played = house(loses=frozenset({"states"})).play(check("c", http("GET /status/500", expect=OK)))
    assert played.ended("c").verdict is Verdict.INCONCLUSIVE


def test_steps_together_start_at_the_same_moment(house: Make, http: Make, check: Make) -> None:
    arrived = 0
    all_there = asyncio.Event()

    async def barrier(method: str, path: str, body: object) -> tuple[int, object]:
        nonlocal arrived
        arrived += 1
        if arrived == 3:
            all_there.set()
        await all_there.wait()
        return 200, {"asked": [method, path, body]}

    steps = Together(tuple(http(f"GET /{number}", expect=OK) for number in range(3)))
    assert house(barrier).play(check("c", steps)).ended("c").verdict is Verdict.PASSED


def test_one_of_the_steps_together_fails_the_check(house: Make, http: Make, check: Make) -> None:
    steps = Together((http("GET /a", expect=OK), http("GET /status/500", expect=OK)))
    outcome = house().play(check("c", steps))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert len(outcome.steps("c")) == 2


def test_what_breaks_among_steps_together_is_told_as_itself(house: Make, http: Make, check: Make) -> None:
    fault = FaultOrder("orders -> stock", "refuse")
    steps = Together((http("GET /a", expect=OK), http("GET /b", expect=OK, faults=(fault,))))
    ended = house(refuses=frozenset({"inject"})).play(check("c", steps)).ended("c")
    assert ended.verdict is Verdict.INCONCLUSIVE
    assert "cannot inject refuse" in ended.why


def test_a_fragment_has_its_own_values_and_hands_out_what_it_names(house: Make, http: Make, check: Make) -> None:
    login = Fragment(
        "login",
        (http("GET /{{ role }}", expect=OK, save={"path": "json.path", "hidden": "json.method"}),),
        inputs={"role": "{{ who }}"},
        outputs={"token": "path"},
    )
    use = http("POST /use", fields={"json": {"token": "{{ token }}"}}, expect={"json": {"body": {"token": "/admin"}}})
    assert house().play(check("c", login, use, inputs={"who": "admin"})).ended("c").verdict is Verdict.PASSED
    with pytest.raises(SuiteError, match="hidden"):
        house().play(check("c", login, http("GET /{{ hidden }}", expect=OK), inputs={"who": "admin"}))


def test_a_fragment_speaks_of_the_services_that_its_check_has_alone(house: Make, http: Make, check: Make) -> None:
    step = http("POST /a", fields={"json": {"at": "{{ orders.address }}"}}, save={"at": "json.body.at"})
    told = http(
        "POST /b", fields={"json": {"at": "{{ orders.address }}"}}, expect={"json": {"body": {"at": "{{ at }}"}}}
    )
    use = Fragment("use", (step,), outputs={"at": "at"})
    assert house().play(check("c", use, told, isolation=Isolation.SLICE)).ended("c").verdict is Verdict.PASSED


def test_what_fails_in_a_fragment_fails_its_check(house: Make, http: Make, check: Make) -> None:
    login = Fragment("login", (http("GET /a", expect=OK), http("GET /status/500", expect=OK)))
    outcome = house().play(check("c", login, http("GET /z", expect=OK)))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert outcome.service.seen == ["GET /a", "GET /status/500"]


def test_a_fragment_hands_out_nothing_of_what_it_left_out(house: Make, http: Make, check: Make) -> None:
    left_out = http("GET /a", save={"path": "json.path"}, condition="{{ mode }} == full")
    login = Fragment("login", (left_out,), inputs={"mode": "fast"}, outputs={"token": "path"})
    step = http("GET /{{ token | default('nobody') }}", expect=OK)
    outcome = house().play(check("c", login, step))
    assert (outcome.ended("c").verdict, outcome.service.seen) == (Verdict.PASSED, ["GET /nobody"])


def test_conditions_leave_steps_and_checks_out(house: Make, http: Make, check: Make) -> None:
    step = http("GET /b", expect=OK, condition="{{ mode }} == full")
    outcome = house().play(
        check("step", http("GET /a", expect=OK), step, inputs={"mode": "fast"}),
        check("whole", http("GET /c", expect=OK), condition="{{ mode }} == full", inputs={"mode": "fast"}),
    )
    assert outcome.service.seen == ["GET /a"]
    assert outcome.ended("step").verdict is Verdict.PASSED
    assert outcome.ended("whole").verdict is Verdict.SKIPPED


def test_a_condition_on_what_was_never_saved_fails_its_check_and_names_it(house: Make, http: Make, check: Make) -> None:
    unplayed = http("GET /a", save={"nobody": "json.path"}, condition="{{ mode }} == full")
    asking = http("GET /b", expect=OK, condition="{{ nobody }}")
    outcome = house().play(check("c", unplayed, asking, inputs={"mode": "fast"}))
    assert outcome.ended("c").verdict is Verdict.FAILED
    assert "nobody" in outcome.ended("c").why
    assert outcome.service.seen == []


def test_the_trace_of_an_attempt_travels_with_its_requests(house: Make, http: Make, check: Make) -> None:
    began = time.time()
    outcome = house(agents=1, retry=1).play(check("c", http("GET /status/500", expect=OK)))
    traces = [trace_of("5eed", "c", number) for number in (1, 2)]
    started = [event for event in outcome.events if isinstance(event, CheckStarted)]
    assert [(event.check, event.attempt, event.agent, event.trace) for event in started] == [
        ("c", number, 1, trace) for number, trace in enumerate(traces, 1)
    ]
    assert began <= started[0].at <= started[1].at <= time.time()
    assert all(trace in told for trace, told in zip(traces, outcome.service.traces, strict=True))


def test_unique_values_are_the_same_for_the_same_seed_and_differ_between_checks(
    house: Make, http: Make, check: Make
) -> None:
    step = http("GET /{{ unique.id }}", expect=OK)
    one, again = (house().play(check("a", step), check("b", step)).service.seen for _ in range(2))
    assert sorted(one) == sorted(again)
    assert len(set(one)) == 2


def test_a_check_knows_its_services_itself_and_the_hour(house: Make, http: Make, check: Make) -> None:
    body = {"at": "{{ orders.address }}", "id": "{{ check.id }}", "now": "{{ now }}", "seed": "{{ seed }}"}
    wanted = {"at": "<url>", "id": "c", "now": "<datetime>", "seed": "5eed"}
    step = http("POST /a", fields={"json": body}, expect={"json": {"body": wanted}})
    assert house().play(check("c", step)).ended("c").verdict is Verdict.PASSED


@pytest.mark.parametrize("verb", ["restart", "pause", "resume", "kill", "stop"])
def test_services_are_steered_by_verbs(house: Make, check: Make, verb: str) -> None:
    outcome = house().play(check("c", Step(verb, "", "stock", expect={"state": "ready"})))
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert outcome.stage.done == [f"{verb} stock"]


def test_what_is_broken_counted_and_steered_in_a_slice_is_the_slices_own(house: Make, http: Make, check: Make) -> None:
    one = check(
        "c",
        http("POST /a", expect=OK),
        Step("restart", "", "stock"),
        Step("called", "", "orders -> stock", expect={"times": 0}),
        faults=(FaultOrder("orders -> stock", "latency"),),
        isolation=Isolation.SLICE,
    )
    outcome = house().play(one)
    assert outcome.ended("c").verdict is Verdict.PASSED
    assert (outcome.service.seen, outcome.in_slices.seen) == ([], ["POST /a"])
    assert outcome.stage.done == [
        "open slice c1a1s1 of orders, stock",
        "address orders c1a1s1",
        "address stock c1a1s1",
        "inject latency on orders@c1a1s1 -> stock@c1a1s1 for c",
        "restart stock@c1a1s1",
        "lift lease of latency",
        "close slice c1a1s1",
    ]


@pytest.mark.parametrize(("path", "opened"), [("/a", 1), ("/status/500", 2)])
def test_a_slice_goes_on_to_the_next_check_only_after_one_that_passed(
    house: Make, http: Make, check: Make, path: str, opened: int
) -> None:
    first, second = (
        check(name, http(f"GET {path}", expect=OK), isolation=Isolation.SLICE) for name in ("first", "second")
    )
    done = house(agents=1).play(first, second).stage.done
    assert len([what for what in done if what.startswith("open slice")]) == opened


def test_a_mistake_of_ours_is_inconclusive_and_keeps_its_traceback(house: Make, http: Make, check: Make) -> None:
    async def break_seed(play: Play) -> None:
        play.cast.verbs.pop("http.request")  # type: ignore[attr-defined]  # breaking our own table is the point

    broken = house(meanwhile=break_seed).play(check("c", http("GET /wait/0.05", expect=OK), http("GET /a", expect=OK)))
    ended = broken.ended("c")
    assert ended.verdict is Verdict.INCONCLUSIVE
    assert "Dovetail itself broke: KeyError" in ended.why
    assert "Traceback" in broken.play.broken[0]
