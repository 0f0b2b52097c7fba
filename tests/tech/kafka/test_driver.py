import asyncio
import subprocess
import sys
import time

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address, parse_address
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Target
from dovetail.tech.kafka.driver import KafkaDriver, driver
from dovetail.tech.kafka.session import KafkaSession
from dovetail.tech.kafka.sheet import SHEET


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
