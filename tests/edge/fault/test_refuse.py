from typing import TYPE_CHECKING

import pytest

from dovetail.edge.fault.refuse import refuse

if TYPE_CHECKING:
    from tests.edge.conftest import Stand


def test_not_enabled_shuts_no_door() -> None:
    assert not refuse({"enabled": False}).shuts_door


def test_nobody_is_let_in_open_connections_are_cut_and_the_port_stays(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy:
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"x")
                await reader.readexactly(1)
                first = proxy.inject(stand.order("refuse", enabled=True), 60)
                second = proxy.inject(stand.order("refuse"), 60)
                with pytest.raises(ConnectionResetError):
                    await reader.read()
            for lease in (first, second):
                with pytest.raises(ConnectionRefusedError):
                    await stand.read_all(proxy)
                proxy.lift(lease)
            async with stand.call(proxy) as (reader, writer):
                writer.write(b"well")
                assert await reader.readexactly(4) == b"well"

    stand.play(scene())
