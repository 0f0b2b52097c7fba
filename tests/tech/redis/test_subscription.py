"""Claims about hearing channels."""

import asyncio

import pytest

from dovetail.model.address import Address
from dovetail.tech.redis.connection import connect
from dovetail.tech.redis.subscription import matches, subscribe, widen


@pytest.mark.parametrize(
    ("channel", "pattern"),
    [("orders.{{ id }}", "orders.*"), ("{{ a }}:{{ b | upper }}", "*:*"), ("prices", "prices")],
)
def test_unknown_values_widen_the_channel(channel: str, pattern: str) -> None:
    assert widen(channel) == pattern


@pytest.mark.parametrize(
    ("channel", "pattern", "fits"),
    [
        ("orders.5", "orders.*", True),
        ("orders.5", "orders.?", True),
        ("orders.5", "orders.[0-9]", True),
        ("orders.5", "orders.[^5]", False),
        ("orders", "orders.*", False),
        ("a[1]", "a[1]", True),
    ],
)
def test_patterns_are_those_of_redis(channel: str, pattern: str, fits: object) -> None:
    assert matches(channel, pattern) is fits


def test_messages_are_kept_in_order_and_found_by_channel(server: Address) -> None:
    async def act() -> None:
        subscription, sender = await subscribe(server, "orders.*", 20), await connect(server)
        for channel, value in (("orders.1", "a"), ("orders.2", "b"), ("orders.1", "c")):
            await sender.call("PUBLISH", channel, value)
        assert await subscription.wait("orders.2", 0) == 1
        assert await subscription.wait("orders.1", 1) == 2
        assert subscription.heard == [("orders.1", "a"), ("orders.2", "b"), ("orders.1", "c")]
        subscription.close()
        await sender.close()

    asyncio.run(act())
