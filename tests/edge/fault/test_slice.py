from typing import TYPE_CHECKING

from dovetail.edge.fault.slice import BURST, slice_data

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


def test_pieces_are_no_larger_than_asked_for(flow: "HandFlow") -> None:
    stage = slice_data({"size": 4}).stage(flow)
    stage.feed(b"0123456789")
    stage.end()
    assert [data for _, data in flow.passed] == [b"0123", b"4567", b"89"]
    assert flow.ended_at == 0.0
    assert flow.held == 0


def test_sizes_vary_and_nothing_is_lost(flow: "HandFlow") -> None:
    stage = slice_data({"size": 10, "vary": 50}).stage(flow)
    data = bytes(range(256))
    stage.feed(data)
    assert flow.data == data
    assert len({len(piece) for _, piece in flow.passed}) > 3
    assert max(len(piece) for _, piece in flow.passed) <= 10


def test_a_pause_stands_between_pieces(flow: "HandFlow") -> None:
    stage = slice_data({"size": 2, "delay": 1.0}).stage(flow)
    stage.feed(b"aabb")
    stage.end()
    stage.feed(b"cc")
    flow.wait(5)
    assert flow.passed == [(0.0, b"aa"), (1.0, b"bb"), (2.0, b"cc")]
    assert flow.ended_at == 2.0


def test_after_a_burst_other_connections_have_their_turn(flow: "HandFlow") -> None:
    stage = slice_data({"size": 1}).stage(flow)
    stage.feed(bytes(3 * BURST))
    stage.feed(b"end")
    assert len(flow.passed) == BURST
    assert flow.held == 2 * BURST + 3
    flow.wait(0)
    assert flow.data == bytes(3 * BURST) + b"end"
    assert flow.held == 0


def test_lifting_lets_go_at_once(flow: "HandFlow") -> None:
    stage = slice_data({"size": 1, "delay": 1.0}).stage(flow)
    stage.feed(b"slow")
    stage.release()
    assert flow.data == b"slow"


def test_a_real_client_gets_every_byte(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            proxy.inject(stand.order("slice", size=3, delay=0.001), 60)
            writer.write(b"in small pieces")
            assert await reader.readexactly(15) == b"in small pieces"

    stand.play(scene())
