import time
from typing import TYPE_CHECKING

import pytest

from dovetail.edge.fault.latency import latency

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


def test_data_and_the_end_arrive_later_in_order(flow: "HandFlow") -> None:
    stage = latency({"delay": 0.2}).stage(flow)
    stage.feed(b"one")
    flow.wait(0.1)
    stage.feed(b"two")
    stage.end()
    flow.wait(1)
    assert flow.passed == [(0.2, b"one"), (pytest.approx(0.3), b"two")]
    assert flow.ended_at == pytest.approx(0.3)
    assert flow.held == 0


def test_jitter_spreads_the_delays_and_keeps_the_order(flow: "HandFlow") -> None:
    stage = latency({"delay": 0.2, "jitter": 0.1}).stage(flow)
    for number in range(50):
        stage.feed(bytes([number]))
        flow.wait(0.01)
    flow.wait(1)
    delays = [at - number * 0.01 for number, (at, _) in enumerate(flow.passed)]
    assert flow.data == bytes(range(50))
    assert min(delays) >= 0.1
    assert max(delays) <= 0.3001
    assert max(delays) - min(delays) > 0.1


def test_lifting_lets_go_at_once(flow: "HandFlow") -> None:
    stage = latency({"delay": 60.0}).stage(flow)
    stage.feed(b"held")
    stage.end()
    stage.release()
    assert flow.passed == [(0.0, b"held")]
    assert flow.ended_at == 0.0


@pytest.mark.parametrize(("way", "factor"), [("request", 1), ("answer", 1), ("both", 2)])
def test_a_real_client_waits_as_long_as_was_ordered(stand: "Stand", way: str, factor: int) -> None:
    waits: list[float] = []

    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            proxy.inject(stand.order("latency", delay=0.03, to=way), 60)
            for _ in range(9):
                start = time.perf_counter()
                writer.write(b"x")
                await reader.readexactly(1)
                waits.append(time.perf_counter() - start)

    stand.play(scene())
    assert min(waits) >= 0.03 * factor
    assert sorted(waits)[4] < 0.03 * factor + 0.01
