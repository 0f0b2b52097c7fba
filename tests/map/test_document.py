import json

from dovetail.map.document import draw_json
from dovetail.model.check import Check
from dovetail.model.system import System


def test_everything_stands_in_the_json(shop: System, checks: tuple[Check, ...]) -> None:
    document = json.loads(draw_json(shop, checks))
    assert document["schema_version"] == 1
    assert [service["name"] for service in document["services"]] == [service.name for service in shop.services]
    assert document["services"][5]["if_down"] == {
        "fail": [],
        "degrade": [],
        "queue": ["orders"],
        "text": "if payments is down: orders catches up later",
    }
    (payments,) = [edge for edge in document["edges"] if edge["target"] == "payments"]
    assert payments["sla"] == {"p99_s": 0.5, "error_rate": 0.001}
    assert payments["asynchronous"] is False
    assert payments["retries"] == {"attempts": 3, "delay": 0.05}
    assert payments["breaker"] is None
    assert document["start_order"][0] == ["db", "events", "payments"]
    assert document["points"]["published"][0]["subject"] == "orders.created"
