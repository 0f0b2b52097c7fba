"""The same questions with the same three assertions, written for Dovetail and for each peer; called by bench.checks."""

import json
from pathlib import Path

SYSTEM = """\
system: bench
services:
  orders: {technology: http}
environments:
  existing:
    orders: URL
"""

CHECK = """\
  - name: order {number} is pending
    steps:
      - http: GET /orders/{number}
        expect: {{status: 200, json: {{status: pending, total: 19.98}}}}
"""

PYTEST = """\
import httpx
import pytest

@pytest.fixture(scope="session")
def client():
    with httpx.Client(base_url="{url}") as client:
        yield client
"""

PYTEST_TEST = """
def test_order_{number}_is_pending(client):
    answer = client.get("/orders/{number}")
    order = answer.json()
    assert answer.status_code == 200
    assert order["status"] == "pending"
    assert order["total"] == 19.98
"""

TAVERN = """\
test_name: order {number} is pending
stages:
  - name: ask
    request: {{url: "{url}/orders/{number}", method: GET}}
    response: {{status_code: 200, json: {{status: pending, total: 19.98}}, strict: [json:off]}}
"""

K6 = """\
import http from 'k6/http';
import { check } from 'k6';
export const options = { vus: 1, iterations: COUNT };
export default function () {
  const answer = http.get(`URL/orders/${__ITER}`);
  const order = answer.json();
  check(answer, {
    'status': (a) => a.status === 200,
    'pending': () => order.status === 'pending',
    'total': () => order.total === 19.98,
  });
}
"""

NEWMAN = """\
const order = pm.response.json();
pm.test('status', () => pm.response.to.have.status(200));
pm.test('pending', () => pm.expect(order.status).to.equal('pending'));
pm.test('total', () => pm.expect(order.total).to.equal(19.98));
"""


def write_dovetail(folder: Path, url: str, count: int) -> None:
    checks = folder / "tests" / "integration"
    checks.mkdir(parents=True)
    (folder / "dovetail.yaml").write_text(SYSTEM.replace("URL", url))
    written = "".join(CHECK.format(number=number) for number in range(count))
    (checks / "orders.yaml").write_text(f"scope: api\non: orders\nchecks:\n{written}")


def write_pytest(folder: Path, url: str, count: int) -> None:
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    tests = (PYTEST_TEST.format(number=number) for number in range(count))
    (folder / "test_orders.py").write_text(PYTEST.format(url=url) + "\n".join(tests))


def write_tavern(folder: Path, url: str, count: int) -> None:
    folder.mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\n")
    tests = (TAVERN.format(number=number, url=url) for number in range(count))
    (folder / "test_orders.tavern.yaml").write_text("---\n".join(tests))


def write_k6(folder: Path, url: str, count: int) -> None:
    folder.mkdir(parents=True)
    (folder / "orders.js").write_text(K6.replace("URL", url).replace("COUNT", str(count)))


def write_newman(folder: Path, url: str, count: int) -> None:
    folder.mkdir(parents=True)
    items = [
        {
            "name": f"order {number} is pending",
            "event": [{"listen": "test", "script": {"exec": NEWMAN.splitlines()}}],
            "request": {"method": "GET", "url": f"{url}/orders/{number}"},
        }
        for number in range(count)
    ]
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    collection = {"info": {"name": "bench", "schema": schema}, "item": items}
    (folder / "orders.json").write_text(json.dumps(collection))
