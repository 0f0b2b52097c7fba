from typing import TYPE_CHECKING

import pytest

from dovetail.edge.fault.reset import reset

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


def test_a_reset_may_come_later(flow: "HandFlow") -> None:
    reset({"after": 1.0}).stage(flow).feed(b"still")
    assert flow.data == b"still"
    assert not flow.was_reset
    flow.wait(1)
    assert flow.was_reset


def test_not_enabled_strikes_nobody() -> None:
    assert reset({"enabled": False}).probability == 0


def test_open_and_new_connections_are_reset(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"x")
                await reader.readexactly(1)
                lease = proxy.inject(stand.order("reset", enabled=True), 60)
                with pytest.raises(ConnectionResetError):
                    await reader.read()
            with pytest.raises(ConnectionResetError):
                await stand.read_all(proxy, b"x")
            proxy.lift(lease)
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"well")
                assert await reader.readexactly(4) == b"well"

    stand.play(scene())
