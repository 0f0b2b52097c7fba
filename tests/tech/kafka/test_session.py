import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.data import Bound, Data
from dovetail.plugin.driver import Act, Answer, Session

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
Run = Callable[[Coroutine[object, object, None]], None]
NewTopic = Callable[..., str]
MakeTopic = Callable[[Address, str], None]
Speaking = Callable[..., AbstractAsyncContextManager[Session]]
ErrorOf = Callable[[Answer], tuple[Data, Data]]


def publish(topic: str, value: Data, **fields: Data) -> Act:
    return Act("kafka.publish", topic, {"value": value, **fields})


def consume(topic: str, **fields: Data) -> Act:
    return Act("kafka.consume", topic, fields)


def test_a_published_message_comes_back_with_all_its_parts(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic()

    async def work() -> None:
        reading = consume(topic)
        async with speaking(reading) as session:
            sent = await session.perform(publish(topic, {"id": "o-1"}, key="k", headers={"kind": "test", "n": 1}), 10)
            assert sent.facets == {"topic": topic, "partition": 0, "offset": 0}
            got = await session.perform(reading, 10)
        assert got.error == ""
        assert got.facets["value"] == {"id": "o-1"}
        assert got.facets["raw"] == '{"id":"o-1"}'
        assert got.facets["key"] == "k"
        assert got.facets["headers"] == {"kind": "test", "n": "1"}
        assert (got.facets["topic"], got.facets["partition"], got.facets["offset"]) == (topic, 0, 0)
        assert "error" not in got.facets

    run(work())


@pytest.mark.parametrize(
    ("value", "read", "raw"),
    [
        ("plain words", "plain words", "plain words"),
        ("", "", ""),
        (None, None, None),
        (b"\xff\xfe", b"\xff\xfe", b"\xff\xfe"),
        ([1, "zwei"], [1, "zwei"], '[1,"zwei"]'),
        ("größer", "größer", "größer"),
    ],
)
def test_a_value_is_read_as_json_text_or_bytes(
    speaking: Speaking, new_topic: NewTopic, run: Run, value: Data, read: Data, raw: Data
) -> None:
    topic = new_topic()

    async def work() -> None:
        reading = consume(topic)
        async with speaking(reading) as session:
            await session.perform(publish(topic, value), 10)
            got = await session.perform(reading, 10)
        assert (got.facets["value"], got.facets["raw"]) == (read, raw)

    run(work())


def test_what_lay_there_before_the_check_is_not_seen(
    speaking: Speaking, new_topic: NewTopic, error_of: ErrorOf, run: Run
) -> None:
    topic = new_topic(3)

    async def work() -> None:
        async with speaking() as earlier:
            for number in range(6):
                await earlier.perform(publish(topic, f"old {number}"), 10)
        reading = consume(topic)
        async with speaking(reading) as session:
            await session.perform(publish(topic, "new"), 10)
            got = await session.perform(reading, 10)
            assert got.facets["value"] == "new"
            nothing = await session.perform(reading, 0.2)
            assert error_of(nothing) == ("timeout", "")

    run(work())


def test_what_lay_there_is_passed_over_even_where_nobody_foresaw_the_reading(
    speaking: Speaking, new_topic: NewTopic, error_of: ErrorOf, run: Run
) -> None:
    topic = new_topic()

    async def work() -> None:
        async with speaking() as earlier:
            await earlier.perform(publish(topic, "old"), 10)
        await asyncio.sleep(0.002)
        reading = consume(topic)
        async with speaking() as session:
            assert error_of(await session.perform(reading, 0.2)) == ("timeout", "")
            await session.perform(publish(topic, "new"), 10)
            assert (await session.perform(reading, 10)).facets["value"] == "new"

    run(work())


def test_two_steps_over_one_topic_each_search_from_the_beginning(
    speaking: Speaking, new_topic: NewTopic, run: Run
) -> None:
    topic = new_topic()

    async def work() -> None:
        first, second = consume(topic), consume(topic)
        async with speaking(first, second) as session:
            for value in ("a", "b"):
                await session.perform(publish(topic, value), 10)
            seen = [(await session.perform(act, 10)).facets["value"] for act in (first, first, second, second)]
        assert seen == ["a", "b", "a", "b"]

    run(work())


def test_a_topic_that_does_not_exist_yet_is_read_from_its_start(
    address: Address, speaking: Speaking, make_topic: MakeTopic, run: Run
) -> None:
    topic = f"later.{time.time_ns()}"

    async def work() -> None:
        reading = consume(topic)
        async with speaking(reading) as session:
            nothing = await session.perform(reading, 0.1)
            assert f"topic {topic} does not exist" in nothing.error
            waiting = asyncio.create_task(session.perform(reading, 10))
            await asyncio.to_thread(make_topic, address, topic)
            await session.perform(publish(topic, "first"), 10)
            assert (await waiting).facets["value"] == "first"

    run(work())


def test_a_miss_tells_how_far_it_read(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic()

    async def work() -> None:
        reading = consume(topic)
        async with speaking(reading) as session:
            for number in range(3):
                await session.perform(publish(topic, number), 10)
            for _ in range(3):
                await session.perform(reading, 10)
            nothing = await session.perform(reading, 0.1)
        assert f"read {topic}[0] up to offset 3, 3 messages seen, end offset 3" in nothing.error

    run(work())


def test_messages_of_another_key_are_passed_over(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic(2)

    async def work() -> None:
        reading = consume(topic, key="wanted")
        async with speaking(reading) as session:
            await session.perform(publish(topic, "no", key="other"), 10)
            await session.perform(publish(topic, "yes", key="wanted"), 10)
            assert (await session.perform(reading, 10)).facets["value"] == "yes"

    run(work())


def test_from_start_sees_all_and_from_end_only_what_comes(
    speaking: Speaking, new_topic: NewTopic, error_of: ErrorOf, run: Run
) -> None:
    topic = new_topic()

    async def work() -> None:
        whole, rest = consume(topic, **{"from": "start"}), consume(topic, **{"from": "end"})
        async with speaking() as earlier:
            await earlier.perform(publish(topic, "old"), 10)
        async with speaking(whole, rest) as session:
            assert (await session.perform(whole, 10)).facets["value"] == "old"
            waiting = asyncio.create_task(session.perform(rest, 10))
            assert error_of(await session.perform(consume(topic, **{"from": "end"}), 0.1)) == ("timeout", "")
            await session.perform(publish(topic, "new"), 10)
            assert (await waiting).facets["value"] == "new"

    run(work())


def test_an_unknown_place_to_read_from_is_the_suites_mistake(speaking: Speaking, run: Run) -> None:
    async def work() -> None:
        async with speaking() as session:
            with pytest.raises(SuiteError, match="write check, start or end"):
                await session.perform(consume("any", **{"from": "yesterday"}), 10)

    run(work())


def test_a_subject_known_only_later_marks_every_topic(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic()

    async def work() -> None:
        foreseen = Act("kafka.consume", Bound(("", ""), ("topic",)))
        async with speaking() as earlier:
            await earlier.perform(publish(topic, "old"), 10)
        async with speaking(foreseen) as session:
            await session.perform(publish(topic, "new"), 10)
            assert (await session.perform(consume(topic), 10)).facets["value"] == "new"

    run(work())


def test_the_checks_trace_travels_with_a_message(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic()

    async def work() -> None:
        reading = consume(topic)
        async with speaking(reading, trace=TRACE) as session:
            await session.perform(publish(topic, 1), 10)
            await session.perform(publish(topic, 2, headers={"traceparent": "mine"}), 10)
            first, second = [(await session.perform(reading, 10)).facets["headers"] for _ in range(2)]
        assert isinstance(first, dict)
        assert str(first["traceparent"]).startswith(f"00-{TRACE}-")
        assert second == {"traceparent": "mine"}

    run(work())


def test_messages_counts_what_was_published_during_the_check(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic(3)

    async def work() -> None:
        reading = Act("kafka.messages", topic)
        async with speaking() as earlier:
            await earlier.perform(publish(topic, "old"), 10)
        async with speaking(reading) as session:
            empty = await session.perform(reading, 10)
            assert (empty.facets["count"], empty.facets["values"]) == (0, [])
            for number in range(5):
                await session.perform(publish(topic, number), 10)
                await asyncio.sleep(0.002)
            full = await session.perform(reading, 10)
        assert (full.facets["count"], full.facets["values"]) == (5, [0, 1, 2, 3, 4])

    run(work())


@pytest.mark.parametrize("verb", ["kafka.publish", "kafka.messages"])
def test_a_topic_that_is_not_there_is_told_with_the_nearest_name(
    speaking: Speaking, new_topic: NewTopic, error_of: ErrorOf, run: Run, verb: str
) -> None:
    topic = new_topic()

    async def work() -> None:
        async with speaking() as session:
            answer = await session.perform(Act(verb, topic + "x", {"value": 1}), 10)
        assert error_of(answer) == ("server", "UNKNOWN_TOPIC_OR_PARTITION")
        assert f"nearest is {topic}" in answer.error

    run(work())


def test_lag_is_what_a_group_has_not_committed(
    address: Address, speaking: Speaking, new_topic: NewTopic, error_of: ErrorOf, run: Run
) -> None:
    topic = new_topic(2)

    async def work() -> None:
        async with speaking() as session:
            for number in range(4):
                await session.perform(publish(topic, number, partition=number % 2), 10)
            await commit(address.endpoint, f"g.{topic}", topic, {0: 2, 1: 1})
            answer = await session.perform(Act("kafka.lag", f"g.{topic}", {"topic": topic}), 10)
            whole = await session.perform(Act("kafka.lag", f"g.{topic}"), 10)
            unknown = await session.perform(Act("kafka.lag", f"nobody.{topic}"), 10)
        assert (answer.facets["lag"], whole.facets["lag"]) == (1, 1)
        rows = answer.facets["partitions"]
        assert isinstance(rows, list)
        assert rows[1] == {"topic": topic, "partition": 1, "committed": 1, "end": 2, "lag": 1}
        assert error_of(unknown)[0] == "server"

    run(work())


def test_a_group_that_nobody_is_in_is_told_with_the_nearest_name(
    address: Address, speaking: Speaking, new_topic: NewTopic, run: Run
) -> None:
    topic = new_topic()

    async def work() -> None:
        async with speaking() as session:
            await session.perform(publish(topic, 1), 10)
            await commit(address.endpoint, f"billing.{topic}", topic, {0: 1})
            answer = await session.perform(Act("kafka.lag", f"biling.{topic}"), 10)
        told = f"group biling.{topic} has committed no offset yet; no consumer is in it (nearest is billing.{topic})"
        assert answer.error == told

    run(work())


async def commit(endpoint: str, group: str, topic: str, offsets: dict[int, int]) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=endpoint, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        places = {TopicPartition(topic, partition): offset for partition, offset in offsets.items()}
        consumer.assign(list(places))
        await consumer.commit(places)
    finally:
        await consumer.stop()


def test_topics_are_listed_by_pattern(speaking: Speaking, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic(3)

    async def work() -> None:
        async with speaking() as session:
            answer = await session.perform(Act("kafka.topics", topic[:-1] + "?"), 10)
        assert answer.facets == {"names": [topic], "partitions": {topic: 3}}

    run(work())
