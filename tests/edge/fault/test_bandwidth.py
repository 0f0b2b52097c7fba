import time
from typing import TYPE_CHECKING

import pytest

from dovetail.edge.fault.bandwidth import bandwidth
from dovetail.errors import SuiteError

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


def test_data_takes_its_size_over_the_rate(flow: "HandFlow") -> None:
    stage = bandwidth({"rate": 1000}).stage(flow)
    stage.feed(b"x" * 700)
    stage.feed(b"y" * 300)
    stage.end()
    flow.wait(0.5)
    assert 480 <= len(flow.data) <= 520
    assert flow.ended_at is None
    flow.wait(1)
    assert flow.data == b"x" * 700 + b"y" * 300
    assert flow.ended_at == pytest.approx(1.0, abs=0.01)
    assert flow.held == 0


def test_an_idle_line_saves_nothing_up(flow: "HandFlow") -> None:
    stage = bandwidth({"rate": 1000}).stage(flow)
    flow.wait(60)
    stage.feed(b"x" * 1000)
    flow.wait(0.5)
    assert 480 <= len(flow.data) <= 520


def test_only_the_senders_end_is_an_end(flow: "HandFlow") -> None:
    stage = bandwidth({"rate": 1000}).stage(flow)
    stage.feed(b"x" * 10)
    flow.wait(60)
    assert flow.ended_at is None
    stage.end()
    assert flow.ended_at == 60.0


def test_lifting_lets_go_at_once(flow: "HandFlow") -> None:
    stage = bandwidth({"rate": 1}).stage(flow)
    stage.feed(b"x" * 1000)
    stage.end()
    stage.release()
    assert flow.data == b"x" * 1000
    assert flow.ended_at == 0.0


def test_no_rate_is_a_mistake() -> None:
    with pytest.raises(SuiteError, match="rate must be given"):
        bandwidth({})


def test_a_real_client_gets_what_the_line_carries(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            proxy.inject(stand.order("bandwidth", rate=1_000_000), 60)
            start = time.monotonic()
            writer.write(bytes(200_000))
            await reader.readexactly(200_000)
            assert time.monotonic() - start >= 0.19

    stand.play(scene())
