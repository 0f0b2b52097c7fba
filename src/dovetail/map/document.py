"""The map as JSON, for programs; called by `draw_map`."""

import json
from collections.abc import Mapping, Sequence

from msgspec import to_builtins

from dovetail.map.criticality import criticality
from dovetail.map.impact import impact
from dovetail.map.point import read_points
from dovetail.model.check import Check
from dovetail.model.data import Data
from dovetail.model.graph import start_order
from dovetail.model.system import Edge, Service, System

SCHEMA_VERSION = 1


def draw_json(system: System, checks: Sequence[Check]) -> str:
    """Write everything the map knows; keys are only ever added while the schema version stays."""
    scores = criticality(system, checks)
    document = {
        "schema_version": SCHEMA_VERSION,
        "system": system.name,
        "services": [describe_service(system, service, scores[service.name]) for service in system.services],
        "edges": [describe_edge(edge) for edge in system.edges.values()],
        "start_order": start_order(system),
        "points": to_builtins(read_points(system, checks)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def describe_service(system: System, service: Service, score: float) -> Mapping[str, Data]:
    lost = impact(system, service.name)
    return {
        "name": service.name,
        "technology": service.technology,
        "kind": service.kind,
        "owner": service.owner,
        "contract": service.contract,
        "criticality": score,
        "if_down": {"fail": lost.fail, "degrade": lost.degrade, "queue": lost.queue, "text": str(lost)},
    }


def describe_edge(edge: Edge) -> Mapping[str, Data]:
    sla = edge.sla
    return {
        "name": edge.name,
        "source": edge.source,
        "target": edge.target,
        "technology": edge.technology,
        "asynchronous": edge.is_asynchronous,
        "publishes": edge.publishes,
        "consumes": edge.consumes,
        "when_broken": edge.when_broken,
        "timeout_s": edge.timeout,
        "retries": edge.retries or None,
        "breaker": edge.breaker or None,
        "sla": None if sla is None else {"p99_s": sla.p99, "error_rate": sla.error_rate},
        "owner": edge.owner,
        "contract": edge.contract,
        "proxied": edge.is_proxied,
    }
