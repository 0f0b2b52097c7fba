"""Many checks at once: agents, needs, locks, early ends."""

import asyncio
from collections.abc import Callable
from typing import Any

from dovetail.engine.play import Play
from dovetail.model.check import FaultOrder
from dovetail.model.event import CheckStarted
from dovetail.model.outcome import Verdict

Make = Callable[..., Any]
OK = {"status": 200}


def test_agents_play_checks_at_the_same_time(house: Make, http: Make, check: Make) -> None:
    arrived = 0
    all_there = asyncio.Event()

    async def barrier(method: str, path: str, body: object) -> tuple[int, object]:
        nonlocal arrived
        arrived += 1
        if arrived == 4:
            all_there.set()
        await all_there.wait()
        return 200, {"asked": [method, path, body]}

    outcome = house(barrier).play(*(check(f"c{number}", http("GET /", expect=OK)) for number in range(4)))
    assert outcome.tally.verdicts[Verdict.PASSED] == 4
    assert {event.agent for event in outcome.events if isinstance(event, CheckStarted)} == {1, 2, 3, 4}


def test_checks_that_break_the_same_edge_take_turns(house: Make, http: Make, check: Make) -> None:
    at_once = most = 0

    async def count(method: str, path: str, body: object) -> tuple[int, object]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return 200, {"asked": [method, path, body]}

    fault = (FaultOrder("orders -> stock", "refuse"),)
    checks = [check(f"breaks {number}", http("GET /", expect=OK), faults=fault) for number in range(3)]
    checks += [check(f"reads {number}", http("GET /", expect=OK)) for number in range(3)]
    outcome = house(count).play(*checks)
    assert outcome.tally.verdicts[Verdict.PASSED] == 6
    breaking = [what for what in outcome.stage.done if what.startswith(("inject", "lift"))]
    assert [what.split()[0] for what in breaking] == ["inject", "lift"] * 3
    assert most <= 3


def test_a_check_starts_after_what_it_needs(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(
        check("second", http("GET /b", expect=OK), needs=("first",)), check("first", http("GET /wait/0.05", expect=OK))
    )
    assert outcome.service.seen == ["GET /wait/0.05", "GET /b"]


def test_what_needs_a_failed_check_is_skipped_with_its_reason(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(
        check("first", http("GET /status/500", expect=OK)),
        check("second", http("GET /b", expect=OK), needs=("first",)),
        check("third", http("GET /c", expect=OK), needs=("second",)),
    )
    assert outcome.ended("second").why == outcome.ended("third").why == "needs 'first', which failed"
    assert outcome.tally.verdicts[Verdict.SKIPPED] == 2


def test_fail_fast_leaves_the_rest_out(house: Make, http: Make, check: Make) -> None:
    checks = [check("fails", http("GET /status/500", expect=OK))]
    checks += [check(f"later {number}", http("GET /b", expect=OK), needs=("fails",)) for number in range(2)]
    checks += [check(f"other {number}", http("GET /c", expect=OK), locks=("one",)) for number in range(20)]
    outcome = house(agents=1, is_fail_fast=True).play(*checks)
    assert outcome.tally.total == 23
    assert outcome.tally.verdicts[Verdict.FAILED] == 1
    assert any("--fail-fast after 'fails' failed" in outcome.ended(f"other {number}").why for number in range(20))


def test_a_halted_run_breaks_checks_off_and_still_cleans_up(house: Make, http: Make, check: Make) -> None:
    async def halt(play: Play) -> None:
        await asyncio.sleep(0.1)
        play.stop.set("interrupted by Ctrl-C", halts=True)

    slow = check("slow", http("GET /wait/30", expect=OK), cleanup=(http("DELETE /tidy", expect=OK),))
    waiting = check("waiting", http("GET /b", expect=OK), needs=("slow",))
    outcome = house(meanwhile=halt).play(slow, waiting)
    assert (outcome.ended("slow").verdict, outcome.ended("slow").why) == (Verdict.INCONCLUSIVE, "interrupted by Ctrl-C")
    assert "DELETE /tidy" in outcome.service.seen
    assert outcome.ended("waiting").verdict is Verdict.SKIPPED


def test_a_shared_stage_is_asked_for_its_locks(house: Make, http: Make, check: Make) -> None:
    done = house(is_stage_shared=True).play(check("c", http("GET /a", expect=OK))).stage.done
    shared = ["edge:orders -> stock", "service:orders", "service:stock"]
    assert done == [f"lock run/c {shared} []", "unlock run/c"]


def test_a_stage_of_our_own_is_not(house: Make, http: Make, check: Make) -> None:
    assert house().play(check("c", http("GET /a", expect=OK))).stage.done == []


def test_a_skipped_check_says_why(house: Make, http: Make, check: Make) -> None:
    outcome = house().play(check("c", http("GET /a", expect=OK), skip="not today"))
    assert (outcome.ended("c").verdict, outcome.ended("c").why) == (Verdict.SKIPPED, "not today")


def test_a_halted_run_waits_for_nobodys_lock(house: Make, http: Make, check: Make) -> None:
    async def halt(play: Play) -> None:
        await asyncio.sleep(0.05)
        play.stop.set("interrupted by Ctrl-C", halts=True)

    outcome = house(is_stage_shared=True, hangs=frozenset({"lock"}), meanwhile=halt).play(check("c", http("GET /a")))
    assert (outcome.ended("c").verdict, outcome.ended("c").why) == (
        Verdict.SKIPPED,
        "not started: interrupted by Ctrl-C",
    )
    assert outcome.stage.done[-1] == "unlock run/c"
    assert outcome.service.seen == []
