"""A reader of one topic on behalf of one step: where it began, how far it is, the next message. Called by the driver.

Nothing runs between two questions, and a question that is cancelled leaves the cursor where it was.
"""

import asyncio
from collections import deque
from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.connection import Endpoint
from dovetail.tech.kafka.record import Record, read_batches
from dovetail.tech.kafka.refusal import LOST, PASSING, TOPIC_IS_UNKNOWN, RefusalError, name_code, refuse
from dovetail.tech.kafka.request import EARLIEST, LATEST, Fetched, Metadata, Topic
from dovetail.tech.kafka.transaction import Abortions

_OUT_OF_RANGE = 1
_SHORTEST_WAIT = 0.004
_LONGEST_WAIT = 0.04
_WAIT_GROWTH = 1.15
_SHOWN = 6


class Start(Struct, frozen=True):
    """Where to begin: at the `offsets` known by partition, else at `otherwise` (EARLIEST, LATEST or milliseconds).

    With milliseconds older messages are passed over, for some brokers answer 0 where no message is that young.
    `since` (milliseconds) takes the place of offsets that a topic made anew no longer has.
    """

    offsets: Mapping[int, int] = field(default_factory=dict)
    otherwise: int = EARLIEST
    since: int = 0


class Track(Struct):
    """One partition: messages from `position` on are still to be read, `end` is where they ended when last heard.

    A transaction that is still open holds back what comes from `held_from` on.
    """

    position: int
    end: int
    leader: Endpoint
    held_from: int | None = None


class Message(Struct, frozen=True):
    topic: str
    partition: int
    record: Record


class Cursor:
    """Waits for messages in short questions that grow longer, so that a broker's slow long poll delays little."""

    def __init__(self, cluster: Cluster, topic: str, start: Start, key: bytes | None) -> None:
        self._cluster = cluster
        self._topic = topic
        self._start = start
        self._key = key
        self._tracks: dict[int, Track] = {}
        self._waiting: deque[Message] = deque()
        self._seen = 0
        self._wait = _SHORTEST_WAIT
        self._is_stale = True
        self._missing = ""
        self._trouble = ""

    async def next(self) -> Message:
        """Return the next message; waits for ever, also for a broker that was there and is gone."""
        while not self._waiting:
            try:
                await self.advance(self._wait)
            except RefusalError as refusal:
                if not self._tracks or refusal.kind not in LOST:
                    raise
                self._trouble, self._is_stale = f", then {refusal.message}", True
                await asyncio.sleep(self._wait)
            self._wait = min(_LONGEST_WAIT, self._wait * _WAIT_GROWTH)
        self._wait = _SHORTEST_WAIT
        return self._waiting.popleft()

    def take(self) -> list[Message]:
        """Return the messages that were read and not yet returned, without asking for more."""
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    async def find_ends(self) -> Mapping[int, int]:
        """Ask where the partitions end now; a topic that is not there is a RefusalError."""
        await self._locate()
        if not self._tracks:
            raise RefusalError("server", self._missing, name_code(TOPIC_IS_UNKNOWN))
        return {index: track.end for index, track in self._tracks.items()}

    def is_behind(self, ends: Mapping[int, int]) -> bool:
        return any(index in self._tracks and self._tracks[index].position < end for index, end in ends.items())

    async def advance(self, wait: float = _SHORTEST_WAIT) -> None:
        """Ask every leader once for more messages."""
        if self._is_stale:
            await self._locate()
        if not self._tracks:
            await asyncio.sleep(wait)
            self._is_stale = True
            return
        groups: dict[Endpoint, dict[tuple[str, int], int]] = {}
        for index, track in self._tracks.items():
            groups.setdefault(track.leader, {})[self._topic, index] = track.position
        answers = await asyncio.gather(*(self._cluster.fetch(leader, at, wait) for leader, at in groups.items()))
        self._trouble = ""
        fresh = [message for answer in answers for fetched in answer for message in self._take(fetched)]
        self._waiting.extend(sorted(fresh, key=lambda one: one.record.timestamp))

    async def _locate(self) -> None:
        try:
            metadata, topic = await self._cluster.find(self._topic)
        except RefusalError as refusal:
            if refusal.code != name_code(TOPIC_IS_UNKNOWN):
                raise
            self._missing = refusal.message
            return
        self._is_stale, self._missing = False, ""
        ends = await self._cluster.offsets(metadata, [topic], LATEST)
        begins = await self._begin(metadata, topic)
        for partition in topic.partitions:
            place = (self._topic, partition.index)
            end = ends.get(place, 0)
            leader = self._cluster.leader(metadata, partition.leader)
            known = self._tracks.get(partition.index)
            position = known.position if known else begins.get(partition.index, end)
            self._tracks[partition.index] = Track(position, end, leader)

    async def _begin(self, metadata: Metadata, topic: Topic) -> Mapping[int, int]:
        unknown = [one for one in topic.partitions if one.index not in self._tracks]
        if all(one.index in self._start.offsets for one in unknown):
            return self._start.offsets
        found = await self._cluster.offsets(metadata, [topic], self._start.otherwise)
        return {index: offset for (_, index), offset in found.items()} | dict(self._start.offsets)

    def _take(self, fetched: Fetched) -> list[Message]:
        track = self._tracks[fetched.partition]
        if fetched.code == _OUT_OF_RANGE or (not fetched.code and fetched.end < track.position):
            self._forget(fetched.partition)
        elif fetched.code in PASSING:
            self._is_stale = True
        elif fetched.code:
            refuse(fetched.code, f"topic {self._topic}")
        else:
            track.end = max(track.end, fetched.end)
            track.held_from = fetched.stable if 0 <= fetched.stable < fetched.end else None
            return self._read(track, fetched)
        return []

    def _forget(self, partition: int) -> None:
        """Begin a partition again that has lost the offset to read from: it was emptied or made anew."""
        del self._tracks[partition]
        rest = {index: offset for index, offset in self._start.offsets.items() if index != partition}
        self._start = replace(self._start, offsets=rest, otherwise=self._start.since or EARLIEST)
        self._is_stale = True

    def _read(self, track: Track, fetched: Fetched) -> list[Message]:
        messages: list[Message] = []
        abortions = Abortions(fetched.aborted)
        for batch in read_batches(fetched.records):
            messages.extend(
                Message(self._topic, fetched.partition, record)
                for record in (() if abortions.hold(batch) else batch.records())
                if record.offset >= track.position and self._is_wanted(record)
            )
            track.position = max(track.position, batch.next_offset)
        self._seen += len(messages)
        return messages

    def _is_wanted(self, record: Record) -> bool:
        if self._key is not None and record.key != self._key:
            return False
        return self._start.otherwise < 0 or record.timestamp >= self._start.otherwise

    @property
    def progress(self) -> str:
        """Tell how far it read, in one line."""
        if not self._tracks:
            return self._missing or f"no partition of {self._topic} was reached"
        shown = sorted(self._tracks.items(), key=lambda item: (item[1].end == 0, item[0]))[:_SHOWN]
        places = ", ".join(f"{self._topic}[{index}] up to offset {track.position}" for index, track in sorted(shown))
        ends = ", ".join(str(track.end) for _, track in sorted(shown))
        more = f" and {len(self._tracks) - _SHOWN} more" if len(self._tracks) > _SHOWN else ""
        plural = "message" if self._seen == 1 else "messages"
        held = "".join(
            f", an open transaction holds back {self._topic}[{index}] from offset {track.held_from} on"
            for index, track in sorted(shown)
            if track.held_from is not None
        )
        return f"read {places}{more}, {self._seen} {plural} seen, end offset {ends}{held}{self._trouble}"
