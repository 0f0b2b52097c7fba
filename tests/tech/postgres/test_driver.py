"""Claims about the driver's face."""

import asyncio

import pytest

from dovetail.model.address import Address
from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Target
from dovetail.tech.postgres.driver import driver


@pytest.mark.parametrize(
    ("subject", "effect"),
    [
        ("select * from t where id = {{ update }}", Effect.READS),
        ('select "{{ name }}" from t', Effect.READS),
        (Bound(("select '", "'"), ("delete",)), Effect.READS),
        ("delete from t where id = {{ id }}", Effect.WRITES),
        ("begin", Effect.DISTURBS),
        (5, Effect.WRITES),
    ],
)
def test_the_effect_is_told_from_the_words_alone(subject: "Data | Bound", effect: Effect) -> None:
    assert driver().effect_of(Act("postgres.query", subject)) is effect


def test_sessions_share_connections(server: Address) -> None:
    async def act() -> None:
        ours = driver()
        rows = []
        for _ in range(2):
            session = await ours.connect(Target("orders-db", server))
            asked = await session.perform(Act("postgres.query", "select pg_backend_pid() as id"), 20)
            rows.append(asked.facets["rows"])
            await session.close()
        assert rows[0] == rows[1]
        await ours.close()

    asyncio.run(act())
