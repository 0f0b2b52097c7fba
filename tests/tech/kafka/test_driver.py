import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from itertools import count

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address, parse_address
from dovetail.model.data import Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Session, Target
from dovetail.tech.kafka.driver import KafkaDriver, driver
from dovetail.tech.kafka.session import KafkaSession
from dovetail.tech.kafka.sheet import SHEET

Run = Callable[[Coroutine[object, object, None]], None]
NewTopic = Callable[..., str]
MakeTopic = Callable[[Address, str], None]
Speaking = Callable[..., AbstractAsyncContextManager[Session]]
ErrorOf = Callable[[Answer], tuple[Data, Data]]
Stranger = Callable[[bytes | None], Address]


@pytest.mark.parametrize("verb", [verb.name for verb in SHEET.verbs])
def test_only_publishing_writes(verb: str) -> None:
    effect = driver().effect_of(Act(verb, "orders"))
    assert effect is (Effect.WRITES if verb == "kafka.publish" else Effect.READS)


def test_connecting_needs_no_broker(free_port: int) -> None:
    async def work() -> None:
        kafka = KafkaDriver(time.time)
        session = await kafka.connect(Target("events", Address("127.0.0.1", free_port)))
        assert isinstance(session, KafkaSession)
        await session.close()
        await kafka.close()

    asyncio.run(work())


@pytest.mark.parametrize("url", ["kafka://user:hidden@h:9093", "kafka+ssl://h:9093"])
def test_an_address_with_a_login_or_tls_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(SuiteError, match=r"events: kafka.*://h:9093 asks for a login or TLS") as refusal:
        asyncio.run(driver().connect(Target("events", parse_address(url))))
    assert "hidden" not in str(refusal.value)


def test_no_client_library_is_loaded() -> None:
    code = "import sys, dovetail.tech.kafka.driver; print(sorted(m for m in sys.modules if 'kafka' in m.split('.')[0]))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_messages_without_a_key_take_turns_over_the_partitions(
    speaking: Speaking, new_topic: NewTopic, run: Run
) -> None:
    topic = new_topic(3)

    async def work() -> None:
        async with speaking() as session:
            acts = [Act("kafka.publish", topic, {"value": number}) for number in range(3)]
            sent = [(await session.perform(act, 10)).facets["partition"] for act in acts]
        assert sorted(str(one) for one in sent) == ["0", "1", "2"]

    run(work())


def test_many_checks_at_once_each_see_their_own(address: Address, new_topic: NewTopic, run: Run) -> None:
    topic = new_topic(4)

    async def work() -> None:
        driver = KafkaDriver(time.time)
        numbers = count()

        async def one_check() -> None:
            session = await driver.connect(Target("events", address))
            reading, mine = Act("kafka.consume", topic), f"mine {next(numbers)}"
            await session.foresee([reading])
            await session.perform(Act("kafka.publish", topic, {"value": mine}), 20)
            got = await session.perform(reading, 20)
            while got.facets["value"] != mine:
                got = await session.perform(reading, 20)
            await session.close()

        async with asyncio.TaskGroup() as group:
            for number in range(40):
                group.create_task(one_check(), name=f"check {number}")
        await driver.close()

    run(work())


@pytest.mark.parametrize("verb", ["kafka.publish", "kafka.consume", "kafka.messages", "kafka.lag", "kafka.topics"])
@pytest.mark.parametrize(("greeting", "kind"), [(None, "timeout"), (b"", "closed"), (b"SSH-2.0-x\r\n", "protocol")])
def test_a_stranger_is_told_by_kind_within_the_deadline(
    stranger: Stranger, speaking: Speaking, run: Run, verb: str, greeting: bytes | None, kind: str
) -> None:
    where = stranger(greeting)

    async def work() -> None:
        async with speaking(to=where) as session:
            began = time.monotonic()
            answer = await session.perform(Act(verb, "orders", {"value": 1}), 0.3)
        error = answer.facets["error"]
        assert isinstance(error, dict)
        assert error["kind"] == kind
        assert time.monotonic() - began < 10

    run(work())


def test_a_broker_that_is_gone_refuses_and_foreseeing_it_breaks_nothing(
    free_port: int, speaking: Speaking, error_of: ErrorOf, run: Run
) -> None:
    async def work() -> None:
        reading = Act("kafka.consume", "orders")
        async with speaking(reading, to=Address("127.0.0.1", free_port)) as session:
            assert error_of(await session.perform(reading, 10))[0] == "refused"

    run(work())


def test_a_broker_that_comes_back_is_spoken_to_again(
    start_broker: Callable[..., Address], speaking: Speaking, make_topic: MakeTopic, run: Run
) -> None:
    where = start_broker()
    make_topic(where, "orders")

    async def work() -> None:
        reading = Act("kafka.consume", "orders")
        async with speaking(reading, to=where) as session:
            for _ in range(2):
                await session.perform(Act("kafka.publish", "orders", {"value": "before"}), 10)
                assert (await session.perform(reading, 10)).facets["value"] == "before"
            await asyncio.to_thread(start_broker, where.port)
            lost = await session.perform(Act("kafka.publish", "orders", {"value": "lost"}), 10)
            assert "does not exist" in lost.error
            await asyncio.to_thread(make_topic, where, "orders")
            await session.perform(Act("kafka.publish", "orders", {"value": "after"}), 10)
            assert (await session.perform(reading, 10)).facets["value"] == "after"

    run(work())


def test_a_wait_outlasts_a_broker_that_goes_and_comes_back(
    start_broker: Callable[..., Address], speaking: Speaking, error_of: ErrorOf, make_topic: MakeTopic, run: Run
) -> None:
    where = start_broker()
    make_topic(where, "orders")

    async def work() -> None:
        reading = Act("kafka.consume", "orders")
        async with speaking(reading, to=where) as session:
            assert error_of(await session.perform(reading, 0.05))[0] == "timeout"
            waiting = asyncio.create_task(session.perform(reading, 30))
            await asyncio.to_thread(start_broker, where.port)
            await asyncio.to_thread(make_topic, where, "orders")
            await session.perform(Act("kafka.publish", "orders", {"value": "after"}), 10)
            assert (await waiting).facets["value"] == "after"

    run(work())


def test_a_wait_for_a_broker_that_stays_away_tells_so(
    start_broker: Callable[..., Address],
    stop_broker: Callable[[], None],
    speaking: Speaking,
    error_of: ErrorOf,
    make_topic: MakeTopic,
    run: Run,
) -> None:
    where = start_broker()
    make_topic(where, "orders")

    async def work() -> None:
        reading = Act("kafka.consume", "orders")
        async with speaking(reading, to=where) as session:
            await session.perform(Act("kafka.publish", "orders", {"value": "before"}), 10)
            await session.perform(reading, 10)
            await asyncio.to_thread(stop_broker)
            answer = await session.perform(reading, 0.3)
        assert error_of(answer)[0] == "timeout"
        assert answer.error.endswith(f"end offset 1, then {where.endpoint} refused the connection")

    run(work())
