"""One check's conversation with one Kafka cluster: publish, consume, messages, lag, topics. Opened by the driver.

The engine hands the same Act object to `perform` for as long as one step waits; a step is known by that identity, so
each step searches a topic from the check's beginning on its own, in whatever order the messages came.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from dovetail.errors import Problem, SuiteError
from dovetail.model.data import Data
from dovetail.plugin.driver import Act, Answer, Target
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.cursor import Cursor, Start
from dovetail.tech.kafka.gathering import Gathering
from dovetail.tech.kafka.message import describe, show, sum_up, write_headers, write_value
from dovetail.tech.kafka.partitioner import choose_partition
from dovetail.tech.kafka.record import Record, write_batch
from dovetail.tech.kafka.refusal import RefusalError, told_as_refusals
from dovetail.tech.kafka.request import EARLIEST, LATEST

_FORESIGHT_SECONDS = 5.0
_READING = frozenset({"kafka.consume", "kafka.messages"})


class KafkaSession:
    """`turns` spreads messages without a key over the partitions."""

    def __init__(self, cluster: Cluster, target: Target, clock: Callable[[], float], turns: Iterator[int]) -> None:
        self._cluster = cluster
        self._target = target
        self._clock = clock
        self._turns = turns
        self._begun = int(clock() * 1000)
        self._marks: dict[str, dict[int, int]] = {}
        self._is_marked_whole = False
        self._cursors: dict[int, tuple[Act, Cursor]] = {}
        self._gatherings: dict[int, tuple[Act, Gathering]] = {}

    async def foresee(self, acts: Sequence[Act]) -> None:
        """Remember where the topics that will be read end now; where the broker is silent, time has to do."""
        subjects = [act.subject for act in acts if act.verb in _READING]
        if not subjects:
            return
        names = sorted({subject for subject in subjects if isinstance(subject, str) and "{{" not in subject})
        is_whole = any(not isinstance(subject, str) or "{{" in subject for subject in subjects)
        try:
            with told_as_refusals(self._target.service):
                async with asyncio.timeout(_FORESIGHT_SECONDS):
                    await self._mark(None if is_whole else names)
        except (TimeoutError, RefusalError):
            return

    async def _mark(self, names: Sequence[str] | None) -> None:
        metadata = await self._cluster.describe(names)
        found = [topic for topic in metadata.topics.values() if topic.partitions]
        marks: dict[str, dict[int, int]] = {name: {} for name in names or ()}
        for (topic, partition), offset in (await self._cluster.offsets(metadata, found, LATEST)).items():
            marks.setdefault(topic, {})[partition] = offset
        self._marks |= marks
        self._is_marked_whole = names is None

    async def perform(self, act: Act, seconds: float) -> Answer:
        """Answer a consume with the next message that this act has not had yet, a messages when there are more."""
        name = str(act.subject)
        work = {
            "kafka.publish": self._publish,
            "kafka.consume": self._consume,
            "kafka.messages": self._read_all,
            "kafka.lag": self._measure_lag,
            "kafka.topics": self._list_topics,
        }[act.verb]
        request = f"{act.verb.removeprefix('kafka.')} {name}"
        try:
            with told_as_refusals(self._target.service):
                async with asyncio.timeout(seconds):
                    return await work(act, name, seconds)
        except TimeoutError:
            return _refused(request, "timeout", self._explain_silence(act, name, seconds))
        except RefusalError as refusal:
            return _refused(request, refusal.kind, refusal.message, refusal.code)

    def _explain_silence(self, act: Act, name: str, seconds: float) -> str:
        held = self._cursors.get(id(act)) or self._gatherings.get(id(act))
        if held is not None:
            return f"no further message within {seconds:.3g} s: {held[1].progress}"
        return f"{self._target.service} gave no answer about {name} within {seconds:.3g} s"

    async def close(self) -> None:
        self._cursors.clear()
        self._gatherings.clear()

    async def _publish(self, act: Act, name: str, seconds: float) -> Answer:
        metadata, topic = await self._cluster.find(name)
        key, value = write_value(act.fields.get("key")), write_value(act.fields.get("value"))
        headers = act.fields.get("headers")
        written = write_headers(headers if isinstance(headers, Mapping) else {}, self._target.trace)
        index = choose_partition(topic, act.fields.get("partition"), key, self._turns)
        batch = write_batch(Record(value, key, written, int(self._clock() * 1000)))
        leader = self._cluster.leader(metadata, topic.partitions[index].leader)
        produced = await self._cluster.produce(leader, (name, index), batch, seconds)
        return Answer(
            {"topic": name, "partition": index, "offset": produced.offset},
            f"publish {name} {show(value)}",
            f"{name}[{index}] offset {produced.offset}",
        )

    async def _consume(self, act: Act, name: str, _seconds: float) -> Answer:
        held = self._cursors.get(id(act)) or (act, self._open_cursor(act, name))
        self._cursors[id(act)] = held
        message = await held[1].next()
        return Answer(describe(message), f"consume {name}", sum_up(message))

    async def _read_all(self, act: Act, name: str, _seconds: float) -> Answer:
        quiet = act.fields.get("quiet")
        seconds = float(quiet) if isinstance(quiet, int | float) else 0.0
        held = self._gatherings.get(id(act)) or (act, Gathering(self._open_cursor(act, name), seconds))
        self._gatherings[id(act)] = held
        messages, number = await held[1].gather()
        described = [describe(message) for message in messages]
        facets: dict[str, Data] = {
            "count": number,
            "messages": described,
            "values": [message["value"] for message in described],
        }
        plural = "message" if number == 1 else "messages"
        last = f", the last is {sum_up(messages[-1])}" if messages else ""
        return Answer(facets, f"messages {name}", f"{number} {plural} on {name}{last}")

    def _open_cursor(self, act: Act, name: str) -> Cursor:
        key = act.fields.get("key")
        return Cursor(self._cluster, name, self._choose_start(act, name), write_value(key))

    def _choose_start(self, act: Act, name: str) -> Start:
        match act.fields.get("from", "check"):
            case "start":
                return Start()
            case "end":
                return Start(otherwise=LATEST, since=int(self._clock() * 1000))
            case "check" if name in self._marks or self._is_marked_whole:
                return Start(self._marks.get(name, {}), EARLIEST, self._begun)
            case "check":
                return Start(otherwise=self._begun, since=self._begun)
            case other:
                raise SuiteError(Problem(f"from: {other} is not a place to read from", "write check, start or end"))

    async def _measure_lag(self, act: Act, name: str, _seconds: float) -> Answer:
        wanted = act.fields.get("topic")
        metadata = await self._cluster.describe([str(wanted)] if wanted else None)
        topics = [topic for topic in metadata.topics.values() if topic.partitions]
        committed = await self._cluster.committed(metadata, name, topics)
        ends = await self._cluster.offsets(metadata, topics, LATEST, is_committed=False)
        rows: list[Data] = []
        total = 0
        for (topic, partition), offset in sorted(committed.items()):
            end = ends.get((topic, partition), offset)
            lag = max(0, end - offset)
            total += lag
            rows.append({"topic": topic, "partition": partition, "committed": offset, "end": end, "lag": lag})
        return Answer({"lag": total, "partitions": rows}, f"lag {name}", f"{name} is {total} behind")

    async def _list_topics(self, _act: Act, name: str, _seconds: float) -> Answer:
        metadata = await self._cluster.describe(None)
        found = sorted(topic for topic in metadata.topics if fnmatchcase(topic, name))
        partitions: dict[str, Data] = {topic: len(metadata.topics[topic].partitions) for topic in found}
        names: list[Data] = list(found)
        return Answer({"names": names, "partitions": partitions}, f"topics {name}", ", ".join(found) or "no topic")


def _refused(request: str, kind: str, message: str, code: str = "") -> Answer:
    return Answer({"error": {"kind": kind, "message": message, "code": code}}, request, error=message)
