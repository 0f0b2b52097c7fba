import asyncio
import time

from dovetail.edge.flow import Flow
from dovetail.edge.proxy import Fittings
from dovetail.wire.timer import Timer


class Remembering:
    """A connection that only notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def end(self, how: str) -> None:
        self.asked.append(f"end {how}")

    def close(self, how: str) -> None:
        self.asked.append(f"close {how}")

    def cut(self, how: str) -> None:
        self.asked.append(f"cut {how}")

    def ease(self) -> None:
        self.asked.append("ease")


def test_a_flow_counts_what_is_held_and_ends_connections_as_faulted() -> None:
    async def scene() -> None:
        host, timer = Remembering(), Timer(asyncio.get_running_loop())
        flow = Flow(host, timer, Fittings().random)
        flow.hold(10)
        flow.free(4)
        assert flow.held == 6
        flow.finish()
        flow.close()
        flow.reset()
        assert host.asked == ["ease", "end faulted", "close faulted", "cut faulted"]
        timer.close()

    asyncio.run(scene())


def test_a_stopped_flow_calls_no_more() -> None:
    async def scene() -> None:
        timer, rang, later = Timer(asyncio.get_running_loop()), asyncio.Event(), asyncio.Event()
        stopped, going = (Flow(Remembering(), timer, Fittings().random) for _ in range(2))
        stopped.at(time.monotonic() + 0.001, rang.set)
        going.at(time.monotonic() + 0.01, later.set)
        stopped.stop()
        stopped.at(time.monotonic() + 0.001, rang.set)
        await asyncio.wait_for(later.wait(), 30)
        assert not rang.is_set()
        timer.close()

    asyncio.run(scene())
