"""Makes the topics that a system needs, once its broker is ready. Called by the environment."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from dovetail.errors import Problem, StageError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.preparer import Preparer
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.prober import find_gap
from dovetail.tech.kafka.refusal import TOPIC_EXISTS, RefusalError, name_code

_SECONDS = 30.0
_PAUSE = 0.02


class KafkaPreparer:
    async def prepare(self, service: Service, address: Address, project: Path) -> None:  # noqa: ARG002 - the socket's word
        """Make `service.topics` and wait until each partition has a leader; topics that are there already stay."""
        topics = dict.fromkeys(service.topics, _count_partitions(service))
        if not topics:
            return
        cluster = Cluster((address.host, address.port))
        try:
            async with asyncio.timeout(_SECONDS):
                await _make(cluster, service, topics)
        except TimeoutError:
            what = f"{service.name}: its topics were not ready within {_SECONDS:g} s: {', '.join(topics)}"
            raise StageError(Problem(what, f"dovetail logs {service.name}")) from None
        except RefusalError as refusal:
            what = f"{service.name}: its topics could not be made: {refusal.message}"
            raise StageError(Problem(what, f"dovetail logs {service.name}")) from refusal
        finally:
            cluster.close()


async def _make(cluster: Cluster, service: Service, topics: Mapping[str, int]) -> None:
    for name, code in (await cluster.create(topics, _SECONDS)).items():
        if code not in {0, TOPIC_EXISTS}:
            what = f"{service.name}: topic {name} could not be made: the broker answers {name_code(code)}"
            raise StageError(Problem(what, "names may have letters, digits, dots, _ and -, at most 249 of them"))
    names = list(topics)
    gap = find_gap(await cluster.describe(names), names)
    while gap:
        await asyncio.sleep(_PAUSE)
        gap = find_gap(await cluster.describe(names), names)


def _count_partitions(service: Service) -> int:
    number = service.settings.get("num.partitions", 1)
    if isinstance(number, int) and number > 0:
        return number
    what = f"{service.name}: num.partitions is {number}, a number of 1 or more is wanted"
    raise StageError(Problem(what, file=service.place.file, line=service.place.line))


def preparer() -> Preparer:
    return KafkaPreparer()
