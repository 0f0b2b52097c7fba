"""Asks a broker whether it is ready, by its own protocol on a plain socket. Called by the environment."""

import asyncio

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Prober, Reading
from dovetail.tech.kafka.connection import Connection
from dovetail.tech.kafka.refusal import RefusalError, name_code
from dovetail.tech.kafka.request import Metadata, ask_metadata, ask_versions


class KafkaProber:
    """`probe.subject` may name topics, separated by commas, that must each have leaders."""

    async def probe(self, address: Address, probe: Probe, timeout: float) -> Reading:  # noqa: ASYNC109 - the socket's word
        topics = [name.strip() for name in probe.subject.split(",") if name.strip()]
        connection = Connection((address.host, address.port))
        try:
            async with asyncio.timeout(timeout):
                code = await connection.ask(ask_versions())
                metadata = await connection.ask(ask_metadata(topics))
        except TimeoutError:
            return Reading(is_ready=False, why=f"{address.endpoint} accepts but does not answer within {timeout:g} s")
        except RefusalError as refusal:
            return Reading(is_ready=False, why=refusal.message)
        finally:
            connection.drop()
        why = name_code(code) if code else find_gap(metadata, topics)
        return Reading(is_ready=not why, why=why)


def find_gap(metadata: Metadata, topics: "list[str]") -> str:
    """Tell what keeps `topics` from being used; empty where nothing does."""
    if not metadata.brokers:
        return "the broker knows no broker yet"
    for name in topics:
        topic = metadata.topics.get(name)
        if topic is None or topic.code:
            return f"topic {name}: {name_code(topic.code) if topic else 'not there'}"
        for partition in topic.partitions:
            if partition.leader < 0:
                return f"topic {name}, partition {partition.index} has no leader yet"
    return ""


def prober() -> Prober:
    return KafkaProber()
