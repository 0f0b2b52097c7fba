"""A Python check reads what was published since it began, also before its first word about it."""

import os
import sys
from pathlib import Path
from typing import Any

from dovetail.app.python.player import Player
from dovetail.model.event import PlannedCheck
from dovetail.model.outcome import Verdict

SYSTEM = f"""\
system: tiny
services:
  app:
    run: {sys.executable} {Path(__file__).with_name("service.py")} {{{{ port }}}}
    ready: GET /health
    uses:
      events: {{address: KAFKA, publishes: [refunds]}}
  events: {{technology: kafka, topics: [orders, refunds]}}
"""
CHECKS = """\
def test_the_next_message_is_read_when_it_is_asked_for(environment):
    events = environment.kafka("events")
    events.publish("orders", value={"order": "o-1"})
    message = events.consume("orders")
    assert "not answered yet" in repr(message)
    assert message.facets["value"] == {"order": "o-1"}
    assert message.topic == "orders"
"""


def test_the_next_message_is_read_when_it_is_asked_for(project: Any) -> None:
    project.write("dovetail.yaml", SYSTEM)
    project.write("tests/integration/test_x.py", CHECKS)
    said = project.type("run")
    assert said.code == 0, said.out
    assert "1 passed" in said.out


def test_what_somebody_else_published_since_a_check_began_is_read_whenever_it_asks(project: Any) -> None:
    project.write("dovetail.yaml", SYSTEM)
    player = Player(project.folder, project.environ({}), f"stream-{os.getpid()}")
    (one, reads), (other, publishes) = (player.begin(PlannedCheck(name, name, "services")) for name in ("one", "other"))
    for topic in ("orders", "refunds"):
        other.kafka("events").publish(topic, value={"topic": topic})
    for topic in ("orders", "refunds"):
        one.kafka("events").consume(topic).expect(value={"topic": topic}, within="5s")
    for check in (reads, publishes):
        assert player.end(check, Verdict.PASSED, "") == ""
    assert player.close() == ()
