"""The same words in Python: for checks that want a loop, a helper or a debugger."""

import pytest

from dovetail import Environment, uuid

pytestmark = pytest.mark.scope("services")


def new_customer(shop: Environment) -> str:
    created = shop.http("users").post("/users", json={"email": shop.unique.email, "name": "Lin"})
    created.expect(status=201, json={"id": uuid})
    return str(created.json["id"])


def test_an_order_is_created_and_announced(shop: Environment) -> None:
    customer = new_customer(shop)
    created = shop.http("orders").post(
        "/orders", json={"customerId": customer, "items": [{"sku": "A-1", "quantity": 2}]}
    )
    created.expect(status=201, json={"id": uuid, "status": "pending"})
    shop.kafka("events").consume("orders.created").expect(value={"orderId": created.json["id"]}, within="5s")


def test_two_refusals_of_users_are_one_too_many(shop: Environment) -> None:
    customer = new_customer(shop)
    with shop.edge("orders -> users").fault(http={"status": 503, "first": 2}) as edge:
        answer = shop.http("orders").post(
            "/orders", json={"customerId": customer, "items": [{"sku": "A-1", "quantity": 1}]}
        )
        answer.expect(status=503)
    assert edge.calls == 2


async def test_a_note_is_written_for_every_order(shop: Environment) -> None:
    customer = new_customer(shop)
    for sku in ("A-1", "B-2", "C-3"):
        answer = await shop.http("orders").post(
            "/orders", json={"customerId": customer, "items": [{"sku": sku, "quantity": 1}]}
        )
        answer.expect(status=201)
    notes = await shop.http("notifications").get(f"/notifications/{customer}")
    await notes.expect(json={"length": 3}, within="5s")
