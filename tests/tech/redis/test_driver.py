"""Claims about the driver's face."""

import asyncio

from dovetail.model.address import Address
from dovetail.plugin.driver import Act, Target
from dovetail.tech.redis.driver import driver


def test_sessions_share_connections(server: Address) -> None:
    async def act() -> None:
        ours = driver()
        ids = []
        for _ in range(2):
            session = await ours.connect(Target("cache", server))
            ids.append((await session.perform(Act("redis.command", "CLIENT ID"), 20)).facets["value"])
            await session.close()
        assert ids[0] == ids[1]
        await ours.close()

    asyncio.run(act())
