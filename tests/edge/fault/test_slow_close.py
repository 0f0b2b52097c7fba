import time
from typing import TYPE_CHECKING

from dovetail.edge.fault.slow_close import slow_close

if TYPE_CHECKING:
    from tests.edge.conftest import Reader, Stand, Writer
    from tests.edge.fault.conftest import HandFlow


def test_data_arrives_at_once_and_the_end_late(flow: "HandFlow") -> None:
    stage = slow_close({"delay": 3.0}).stage(flow)
    stage.feed(b"data")
    stage.end()
    assert flow.passed == [(0.0, b"data")]
    flow.wait(2.9)
    assert flow.ended_at is None
    flow.wait(0.2)
    assert flow.ended_at == 3.0


def test_lifting_ends_at_once(flow: "HandFlow") -> None:
    stage = slow_close({"delay": 3.0}).stage(flow)
    stage.release()
    assert flow.ended_at is None
    stage.end()
    stage.release()
    assert flow.ended_at == 0.0


def test_a_real_client_waits_for_the_end(stand: "Stand") -> None:
    async def greet(_: "Reader", writer: "Writer") -> None:
        writer.write(b"bye")

    async def scene() -> None:
        async with stand.serve(greet) as port, stand.open(port) as proxy:
            proxy.inject(stand.order("slow_close", delay=0.1), 60)
            start = time.monotonic()
            assert await stand.read_all(proxy) == b"bye"
            assert time.monotonic() - start >= 0.1

    stand.play(scene())
