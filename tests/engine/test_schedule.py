"""Order, needs and locks as a table walks through them."""

from hashlib import blake2b
from itertools import count

import pytest

from dovetail.engine.isolation import Choice
from dovetail.engine.plan import Job, Plan
from dovetail.engine.schedule import Schedule
from dovetail.environment.stage import LockWish
from dovetail.model.check import Check, Isolation
from dovetail.model.outcome import Verdict


def job(
    name: str,
    shared: tuple[str, ...] = (),
    exclusive: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    adding: tuple[str, ...] = (),
    number: int = 0,
) -> Job:
    wish = LockWish(frozenset(shared), frozenset(exclusive), frozenset(adding))
    return Job(name, number, (Check(name, name, "api", ()),), Choice(Isolation.SHARED, ""), wish, needs)


def schedule(*jobs: Job) -> Schedule:
    return Schedule(Plan(jobs, tuple(one.id for one in jobs), "0"))


def taken(schedule: Schedule) -> list[str]:
    names = []
    while (job := schedule.take()) is not None:
        names.append(job.id)
    return names


def test_jobs_that_touch_nothing_exclusive_all_start_at_once() -> None:
    assert taken(schedule(job("a", ("s",)), job("b", ("s",)), job("c"))) == ["a", "b", "c"]


def test_an_exclusive_wish_waits_for_sharers_and_later_sharers_wait_behind_it() -> None:
    a, b, c, d = job("a", ("s",)), job("b", (), ("s",)), job("c", ("s",)), job("d", ("t",))
    plan = schedule(a, b, c, d)
    assert taken(plan) == ["a", "d"]
    plan.finish(a, Verdict.PASSED)
    assert taken(plan) == ["b"]
    plan.finish(b, Verdict.PASSED)
    assert taken(plan) == ["c"]


def test_who_adds_rows_waits_until_the_last_reader_has_ended() -> None:
    alone, reads, adds, more = job("alone", (), ("e",)), job("reads", ("d",), ("e",)), job("a", adding=("d",)), job("b")
    plan = schedule(alone, reads, adds, job("c", adding=("d",)), more)
    assert taken(plan) == ["alone", "b"]
    plan.finish(alone, Verdict.PASSED)
    assert taken(plan) == ["reads"]
    plan.finish(reads, Verdict.PASSED)
    assert taken(plan) == ["a", "c"]


def test_who_waits_for_readers_claims_nothing_that_they_need() -> None:
    first, adds, reads = job("first", ("e", "d")), job("adds", (), ("e",), adding=("d",)), job("reads", ("e", "d"))
    plan = schedule(first, adds, reads)
    assert taken(plan) == ["first", "reads"]
    plan.finish(first, Verdict.PASSED)
    plan.finish(reads, Verdict.PASSED)
    assert taken(plan) == ["adds"]


def test_who_sets_data_back_waits_for_those_who_add_rows() -> None:
    adds, alone = job("adds", adding=("d",)), job("alone", (), ("d",))
    plan = schedule(adds, alone, job("later", adding=("d",)))
    assert taken(plan) == ["adds"]
    plan.finish(adds, Verdict.PASSED)
    assert taken(plan) == ["alone"]
    plan.finish(alone, Verdict.PASSED)
    assert taken(plan) == ["later"]


def test_a_job_starts_when_all_it_needs_has_passed() -> None:
    a, b, c = job("a"), job("b"), job("c", needs=("a", "b"))
    plan = schedule(a, b, c)
    assert taken(plan) == ["a", "b"]
    plan.finish(a, Verdict.PASSED)
    assert taken(plan) == []
    plan.finish(b, Verdict.FLAKY)
    assert taken(plan) == ["c"]


def test_what_needs_a_failed_check_is_given_up_with_all_that_hangs_on_it() -> None:
    a, b, c, d = job("a", number=1), job("b", needs=("a",), number=2), job("c", needs=("b",), number=3), job("d")
    plan = schedule(a, b, c, d)
    taken(plan)
    assert [one.id for one in plan.finish(a, Verdict.FAILED)] == ["b", "c"]
    plan.finish(d, Verdict.PASSED)
    assert plan.unfinished == 0


def test_what_several_failed_checks_keep_from_starting_is_given_up_once() -> None:
    a, b = job("a", number=1), job("b", number=2)
    both, one = job("both", needs=("a", "b"), number=3), job("one", needs=("a",), number=4)
    plan = schedule(a, b, both, one, job("last", needs=("both", "one"), number=5))
    assert taken(plan) == ["a", "b"]
    assert [given_up.id for given_up in plan.finish(a, Verdict.FAILED)] == ["both", "one", "last"]
    assert plan.finish(b, Verdict.FAILED) == ()
    assert plan.unfinished == 0


def test_a_job_that_was_given_up_never_starts() -> None:
    a, b, both = job("a"), job("b"), job("both", needs=("a", "b"))
    plan = schedule(a, b, both)
    assert taken(plan) == ["a", "b"]
    assert plan.finish(a, Verdict.FAILED) == (both,)
    plan.finish(b, Verdict.PASSED)
    assert plan.take() is None


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_draining_gives_up_all_that_has_not_started_for_good(verdict: Verdict) -> None:
    first, parked, beside = job("first", (), ("s",)), job("parked", ("s",), number=1), job("beside")
    ready, needing = job("ready", number=2), job("needing", needs=("first",), number=3)
    plan = schedule(first, parked, beside, ready, needing)
    assert (plan.take(), plan.take()) == (first, beside)
    assert plan.drain() == (parked, ready, needing)
    assert plan.finish(first, verdict) == ()
    assert plan.take() is None
    plan.finish(beside, Verdict.PASSED)
    assert plan.unfinished == 0


def test_crossing_wishes_all_get_their_turn() -> None:
    jobs = [
        job("a", ("x",), ("y",)),
        job("b", ("y",), ("z",)),
        job("c", ("z",), ("x",)),
        job("d", ("x", "y", "z")),
        job("e", (), ("x", "y", "z")),
    ]
    plan = schedule(*jobs)
    order: list[str] = []
    running: list[Job] = []
    while plan.unfinished:
        while (started := plan.take()) is not None:
            running.append(started)
            order.append(started.id)
        assert running, "nobody runs, yet somebody waits"
        plan.finish(running.pop(0), Verdict.PASSED)
    assert sorted(order) == ["a", "b", "c", "d", "e"]


def test_a_reader_that_is_given_up_keeps_nobody_waiting() -> None:
    first, reads, adds = job("first"), job("reads", ("d",), needs=("first",)), job("adds", adding=("d",))
    plan = schedule(first, reads, adds)
    assert taken(plan) == ["first"]
    plan.finish(first, Verdict.FAILED)
    assert taken(plan) == ["adds"]


def test_taking_costs_the_same_however_many_jobs_wait_behind_a_lock() -> None:
    first = job("first", (), ("s",))
    waiting = [job(f"w{number}", ("s",)) for number in range(5000)]
    free = [job(f"f{number}") for number in range(5000)]
    plan = schedule(first, *waiting, *free)
    assert len(taken(plan)) == 5001
    plan.finish(first, Verdict.PASSED)
    assert len(taken(plan)) == 5000


class Chance:
    """The same choices for the same seed."""

    def __init__(self, seed: int) -> None:
        self._drawn = (blake2b(f"{seed}/{number}".encode()).digest()[0] for number in count())

    def below(self, most: int) -> int:
        return next(self._drawn) % most

    def some(self, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if not self.below(3))


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_wished_everybody_gets_a_turn(seed: int) -> None:
    chance = Chance(seed)
    jobs: list[Job] = []
    for number in range(25):
        alone = chance.some(("e1", "e2", "e3"))
        beside = tuple(name for name in chance.some(("e1", "e2", "e3")) if name not in alone)
        reads: tuple[str, ...] = ()
        adds: tuple[str, ...] = ()
        sets_back: tuple[str, ...] = ()
        match chance.below(3):
            case 0:
                reads = chance.some(("d1", "d2"))
            case 1:
                adds = chance.some(("d1", "d2"))
            case _:
                sets_back = chance.some(("d1", "d2"))
        needs = (jobs[chance.below(number)].id,) if number and not reads and not chance.below(4) else ()
        jobs.append(job(f"c{number}", (*beside, *reads), (*alone, *sets_back), needs, adds, number))
    plan, running = schedule(*jobs), list[Job]()
    while plan.unfinished:
        while len(running) < 4 and (one := plan.take()) is not None:
            running.append(one)
        assert running, f"{plan.unfinished} wait for each other"
        plan.finish(running.pop(chance.below(len(running))), Verdict.PASSED)
