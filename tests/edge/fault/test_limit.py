from typing import TYPE_CHECKING

from dovetail.edge.fault.limit import limit

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


def test_the_connection_ends_after_the_last_byte(flow: "HandFlow") -> None:
    stage = limit({"bytes": 5}).stage(flow)
    stage.feed(b"abc")
    assert not flow.closed
    stage.feed(b"defg")
    assert flow.data == b"abcde"
    assert flow.closed


def test_a_real_client_gets_so_much_and_no_more(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.inject(stand.order("limit", bytes=100_000), 60)
            assert await stand.read_all(proxy, bytes(300_000)) == bytes(100_000)

    stand.play(scene())


def test_what_another_fault_still_holds_goes_out_first(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            proxy.inject(stand.order("limit", bytes=3), 60)
            proxy.inject(stand.order("latency", delay=0.05), 60)
            assert await stand.read_all(proxy, b"hello") == b"hel"

    stand.play(scene())
