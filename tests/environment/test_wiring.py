import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from dovetail.environment.wiring import Joint, close_joints, injected, open_joints, values_for
from dovetail.model.address import Address
from dovetail.model.event import Noticed
from dovetail.model.system import Edge

TARGET = Address("127.0.0.1", 5432, "postgresql", "me", "secret", "/orders")


async def locate(_: str) -> Address:
    return TARGET


def test_a_door_is_written_in_its_technologys_own_form() -> None:
    url = Joint(Edge("a", "db", "postgres", address="DATABASE_URL"), "db", TARGET.at("127.0.0.1", 9))
    endpoint = Joint(Edge("a", "bus", "kafka", address="BROKERS"), "bus", Address("127.0.0.1", 7, form="endpoint"))
    nameless = Joint(Edge("a", "c", "http"), "c", TARGET)
    assert injected((url, endpoint, nameless)) == {
        "DATABASE_URL": "postgresql://me:secret@127.0.0.1:9/orders",
        "BROKERS": "127.0.0.1:7",
    }


def test_a_command_may_name_its_own_port_and_its_edges() -> None:
    joint = Joint(Edge("a", "db", "postgres"), "db", TARGET.at("127.0.0.1", 9))
    endpoint = Joint(Edge("a", "bus", "kafka"), "bus", Address("127.0.0.1", 7, "kafka", form="endpoint"))
    url = "postgresql://me:secret@127.0.0.1:9/orders"
    assert values_for(Address("127.0.0.1", 80, "http"), (joint, endpoint)) == {
        "port": "80", "host": "127.0.0.1", "address": "http://127.0.0.1:80",
        "db": url, "db.url": url, "db.host": "127.0.0.1", "db.port": "9", "db.address": url,
        "bus": "127.0.0.1:7", "bus.url": "kafka://127.0.0.1:7", "bus.host": "127.0.0.1", "bus.port": "7",
        "bus.address": "127.0.0.1:7",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("edge", "is_direct"),
    [(Edge("a", "b", "http", is_proxied=False), False), (Edge("a", "b", "http"), True)],
    ids=["an edge without a proxy", "a direct run"],
)
def test_without_a_proxy_the_door_is_the_target(yard: Any, edge: Edge, *, is_direct: bool) -> None:
    async def play() -> None:
        means = yard.means(yard.order(is_direct=is_direct))
        (joint,) = await open_joints(replace(yard.service("a"), uses=(edge,)), "", locate, means)
        assert (joint.door, joint.proxy) == (TARGET, None)
        means.lease.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    "scheme", ["https", "rediss", "wss", "amqps", "mqtts", "ftps", "ldaps", "smtps", "nats+tls", "grpcs"]
)
def test_an_encrypted_target_is_left_alone_and_that_is_told(yard: Any, scheme: str) -> None:
    async def secure(_: str) -> Address:
        return Address("api.example", 443, scheme)

    async def play() -> None:
        means = yard.means(yard.order())
        means.hub.listen(yard.events.append)
        (joint,) = await open_joints(yard.service("a", "b"), "", secure, means)
        assert joint.proxy is None
        assert [event.text for event in yard.events if isinstance(event, Noticed)] == [
            "a -> b is encrypted to api.example and goes round its edge proxy"
        ]
        means.lease.close()

    asyncio.run(play())


def test_the_joints_of_a_slice_carry_its_name(yard: Any) -> None:
    async def play() -> None:
        means = yard.means(yard.order())
        joints = await open_joints(yard.service("a", "b"), "@w1", locate, means)
        assert [joint.edge.name for joint in joints] == ["a@w1 -> b@w1"]
        await close_joints(joints)
        means.lease.close()

    asyncio.run(play())
