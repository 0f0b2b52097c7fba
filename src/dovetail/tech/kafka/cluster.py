"""A Kafka cluster as the driver and the preparer see it: who leads what, from where to where messages lie.

Nothing is remembered between questions but connections, so a topic made a moment ago is seen.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from dovetail.errors.nearest import nearest
from dovetail.tech.kafka.connection import Endpoint, Pool
from dovetail.tech.kafka.refusal import TOPIC_IS_UNKNOWN, RefusalError, name_code, refuse
from dovetail.tech.kafka.request import (
    Ends,
    Fetched,
    Metadata,
    Produced,
    Topic,
    ask_committed,
    ask_coordinator,
    ask_create,
    ask_fetch,
    ask_groups,
    ask_metadata,
    ask_offsets,
    ask_produce,
)

Place = tuple[str, int]


class Cluster:
    """Reached at `door`; a cluster of one broker is only ever spoken to there, whatever address it claims to have."""

    def __init__(self, door: Endpoint) -> None:
        self._door = door
        self._pool = Pool()

    def close(self) -> None:
        self._pool.close()

    async def describe(self, topics: Sequence[str] | None) -> Metadata:
        return await self._pool.ask(self._door, ask_metadata(topics))

    async def find(self, name: str) -> tuple[Metadata, Topic]:
        """Find a topic; one that is not there is refused with the names that come near."""
        metadata = await self.describe([name])
        topic = metadata.topics.get(name)
        if topic is not None and topic.code not in {0, TOPIC_IS_UNKNOWN}:
            raise RefusalError("server", f"topic {name}: {name_code(topic.code)}", name_code(topic.code))
        if topic is None or not topic.partitions:
            raise await self._miss(name)
        return metadata, topic

    async def _miss(self, name: str) -> RefusalError:
        hint = _list_near(name, (await self.describe(None)).topics)
        return RefusalError("server", f"topic {name} does not exist ({hint})", name_code(TOPIC_IS_UNKNOWN))

    async def create(self, topics: Mapping[str, int], seconds: float) -> Mapping[str, int]:
        """Make topics (name → partitions); answers error codes by name."""
        return await self._pool.ask(self._door, ask_create(topics, seconds))

    async def offsets(
        self, metadata: Metadata, topics: Iterable[Topic], when: int, *, is_committed: bool = True
    ) -> Ends:
        """Ask every leader for LATEST, EARLIEST or the first offset since `when`; what is not known is left out."""
        places: dict[Endpoint, list[Place]] = {}
        for topic in topics:
            for partition in topic.partitions:
                if partition.leader >= 0:
                    places.setdefault(self.leader(metadata, partition.leader), []).append((topic.name, partition.index))
        asked = (
            self._pool.ask(endpoint, ask_offsets(group, when, is_committed=is_committed))
            for endpoint, group in places.items()
        )
        rows = [row for answer in await asyncio.gather(*asked) for row in answer]
        return {(topic, partition): offset for topic, partition, code, offset in rows if not code and offset >= 0}

    async def fetch(self, endpoint: Endpoint, positions: Mapping[Place, int], wait: float) -> tuple[Fetched, ...]:
        return await self._pool.ask(endpoint, ask_fetch(positions, wait))

    async def produce(self, endpoint: Endpoint, place: Place, batch: bytes, seconds: float) -> Produced:
        """Write once; never tries again."""
        async with self._pool.lend(endpoint) as connection:
            produced = await connection.ask(ask_produce(*place, batch, seconds))
        refuse(produced.code, f"topic {place[0]}")
        return produced

    async def committed(self, metadata: Metadata, group: str, topics: Iterable[Topic]) -> Ends:
        """Ask where `group` is; one that has committed nothing is refused, with other names if it is not there."""
        named = await self._pool.ask(self._door, ask_coordinator(group))
        endpoint = self._door if len(metadata.brokers) == 1 else named
        places = [(topic.name, partition.index) for topic in topics for partition in topic.partitions]
        offsets = await self._pool.ask(endpoint, ask_committed(group, places))
        if not offsets:
            groups = await self._pool.ask(endpoint, ask_groups())
            hint = "" if group in groups else f"; no consumer is in it ({_list_near(group, groups)})"
            raise RefusalError("server", f"group {group} has committed no offset yet{hint}")
        return offsets

    def leader(self, metadata: Metadata, node: int) -> Endpoint:
        """Where the broker `node` is reached."""
        return self._door if len(metadata.brokers) == 1 else metadata.brokers.get(node, self._door)


def _list_near(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    near = nearest(name, known)
    return f"nearest is {near}" if near else f"there are {', '.join(known[:8])}" if known else "there is none yet"
