import asyncio
import time
from collections.abc import Callable

import uvloop

from dovetail.wire.timer import Timer


def ring(plan: Callable[[Timer, Callable[[str], Callable[[], None]], float], int]) -> list[tuple[str, float]]:
    """Let alarms ring that `plan` sets and counts; tell which rang, and how late."""
    heard: list[tuple[str, float]] = []

    async def scene() -> None:
        loop = asyncio.get_running_loop()
        timer, done, start = Timer(loop), asyncio.Event(), time.monotonic()

        def note(name: str) -> Callable[[], None]:
            def call() -> None:
                heard.append((name, time.monotonic() - start))
                if len(heard) == count:
                    done.set()

            return call

        count = plan(timer, note, start)
        await asyncio.wait_for(done.wait(), 30)
        timer.close()

    uvloop.run(scene())
    return heard


def test_alarms_ring_in_the_order_of_their_moments() -> None:
    def plan(timer: Timer, note: Callable[[str], Callable[[], None]], start: float) -> int:
        timer.at(start + 0.03, note("third"))
        timer.at(start + 0.01, note("first"))
        timer.at(start + 0.02, note("second"))
        return 3

    assert [name for name, _ in ring(plan)] == ["first", "second", "third"]


def test_no_alarm_rings_early_and_the_usual_one_less_than_a_millisecond_late() -> None:
    def plan(timer: Timer, note: Callable[[str], Callable[[], None]], start: float) -> int:
        for number in range(50):
            timer.at(start + 0.0103 * (number + 1), note(str(number)))
        return 50

    lateness = [at - 0.0103 * (int(name) + 1) for name, at in ring(plan)]
    assert min(lateness) >= 0
    assert sorted(lateness)[10] < 0.001


def test_a_cancelled_alarm_stays_silent_and_a_passed_moment_rings_at_once() -> None:
    def plan(timer: Timer, note: Callable[[str], Callable[[], None]], start: float) -> int:
        timer.at(start + 0.001, note("cancelled")).cancel()
        timer.at(start - 5, note("passed"))
        timer.at(start + 0.02, note("last"))
        return 2

    assert [name for name, _ in ring(plan)] == ["passed", "last"]
