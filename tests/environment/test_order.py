from msgspec.structs import replace

from dovetail.environment.order import StageInfo, StageOrder, decode, encode, fingerprint
from dovetail.environment.stage import LockWish
from dovetail.model.data import Place, Table
from dovetail.model.system import Edge, EnvironmentSpec, Probe, Service, Sla, System

SETTINGS = Table("dovetail.yaml")
SETTINGS["maxmemory"] = "64mb"
SETTINGS.marks["maxmemory"] = (3, 5, 3, 16)
SERVICE = Service(
    "orders",
    run="serve",
    settings={"limits": [1, {"deep": True}]},
    ready=(Probe("http", "GET /health", {"status": 200}),),
    uses=(Edge("orders", "cache", "redis", sla=Sla(0.5, 0.001), retries={"attempts": 2}, place=Place("f", 3)),),
    place=Place("dovetail.yaml", 4),
)


def test_an_order_arrives_as_it_was_sent() -> None:
    system = System("shop", "/shop", services=(SERVICE,), secrets=("PASSWORD",), secret_values={"PASSWORD": "x"})
    order = StageOrder(system, EnvironmentSpec("staging", {"orders": "http://o"}), services=frozenset({"orders"}))
    assert decode(StageOrder, encode(order)) == order


def test_small_values_arrive_as_they_were_sent() -> None:
    info = StageInfo("1", "k", "s", "/f", "e", is_direct=True, is_kept=False, socket="/s", started_at=1.5)
    for value in (LockWish(frozenset({"a"}), frozenset()), info):
        assert decode(type(value), encode(value)) == value


def test_a_table_with_marks_travels_as_its_content() -> None:
    order = StageOrder(System("shop", "/shop", services=(replace(SERVICE, settings=SETTINGS),)))
    assert decode(StageOrder, encode(order)).system.services[0].settings == {"maxmemory": "64mb"}


def test_where_a_service_stands_in_the_file_is_no_change_of_it() -> None:
    moved = replace(
        SERVICE,
        ready=(replace(SERVICE.ready[0], place=Place("dovetail.yaml", 98)),),
        uses=(replace(SERVICE.uses[0], place=Place("dovetail.yaml", 97)),),
        place=Place("dovetail.yaml", 99),
    )
    assert fingerprint(moved) == fingerprint(SERVICE)
    assert fingerprint(replace(SERVICE, run="serve --fast")) != fingerprint(SERVICE)


def test_orders_that_must_not_share_a_stage_have_different_keys() -> None:
    order = StageOrder(System("shop", "/shop"))
    others = [
        StageOrder(System("shop", "/other")),
        replace(order, environment=EnvironmentSpec("staging")),
        replace(order, is_direct=True),
        replace(order, share="run 7"),
    ]
    assert len({order.key, *(other.key for other in others)}) == 5
    assert replace(order, is_kept=True).key == order.key
