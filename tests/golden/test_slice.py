"""A slice of the shop has a broker of its own."""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

from dovetail.journal.reader import read_journal
from dovetail.model.event import ServiceChanged

WITH_A_BROKER = """\
scope: messaging
on: orders
checks:
  - name: hears its own order alone
    isolation: slice
    each: [{n: 1}, {n: 2}]
    steps:
      - use: fragments/customer.yaml
        save: {customer: customer}
      - http: POST /orders
        json: {customerId: "{{ customer }}", items: [{sku: A-1, quantity: 2}]}
        expect: {status: 201}
        save: {order: json.id}
      - kafka.consume: orders.created
        on: events
        expect: {key: "{{ order }}"}
        within: 15s
      - kafka.messages: orders.created
        on: events
        expect: {messages: {length: 1}}
"""


def test_a_slice_has_a_broker_of_its_own(project: Any) -> None:
    """A broker has no copies and cannot be set back: each check gets another one."""
    shop = Path(__file__).parents[2] / "examples" / "shop"
    shutil.copytree(shop, project.folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".dovetail", "reports"))
    project.variables["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    project.write("tests/integration/own.yaml", WITH_A_BROKER)
    said = project.type("run", "tests/integration/own.yaml", "--seed", "1", "--report-format", "json")
    assert said.code == 0, said.out
    (journal,) = project.folder.glob(".dovetail/runs/*/journal.jsonl")
    changes = [event for event in read_journal(journal) if isinstance(event, ServiceChanged)]
    brokers = {change.service for change in changes if change.service.startswith("events@")}
    assert len(brokers) == 2
