import asyncio
from typing import Any

import pytest

from dovetail.environment.fault import FaultTable
from dovetail.environment.hub import Hub
from dovetail.environment.wiring import Joint, close_joints, open_joints
from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.event import Event, FaultInjected, FaultLifted
from dovetail.model.system import Edge

REFUSE = FaultOrder("a -> b", "refuse")


async def here(_: str) -> Address:
    return Address("127.0.0.1", 1, "http")


def test_every_fault_is_told_when_it_begins_and_ends_with_its_reason(yard: Any) -> None:
    async def play() -> None:
        means = yard.means(yard.order())
        joints = await open_joints(yard.service("a", "b"), "", here, means)
        hub, heard = Hub(lambda: 1.0), list[Event]()
        hub.listen(heard.append)
        faults = FaultTable(hub, lambda: joints)
        one = faults.inject(REFUSE, 60, "check-1")
        two = faults.inject(FaultOrder("a -> b", "latency", {"delay": 0.1}), 60, "check-2")
        faults.lift(one)
        faults.lift(one)
        faults.lift_all(faults.leases, "the environment was torn down")
        assert heard == [
            FaultInjected(1.0, one, "a -> b", "refuse", {}, "check-1"),
            FaultInjected(1.0, two, "a -> b", "latency", {"delay": "0.1"}, "check-2"),
            FaultLifted(1.0, one, "a -> b", "lifted"),
            FaultLifted(1.0, two, "a -> b", "the environment was torn down"),
        ]
        assert joints[0].proxy is not None
        assert (joints[0].proxy.faults, faults.leases) == ((), ())
        await close_joints(joints)
        means.lease.close()

    asyncio.run(play())


def test_an_edge_without_a_proxy_is_neither_broken_nor_counted_and_says_why() -> None:
    joint = Joint(Edge("a", "b", "http"), "b", Address("127.0.0.1", 1))
    table = FaultTable(Hub(), lambda: [joint])
    for ask in (lambda: table.inject(REFUSE, 1, ""), lambda: table.calls("a -> b", 0.0)):
        with pytest.raises(SuiteError, match=r"has no proxy here.*\n.*none with --direct"):
            ask()


def test_an_unknown_lease_is_no_error() -> None:
    FaultTable(Hub(), list).lift("never given")


def test_an_edge_that_is_not_there_is_told_by_name() -> None:
    with pytest.raises(SuiteError, match="there is no edge in this environment called a -> b"):
        FaultTable(Hub(), list).inject(REFUSE, 1, "")
