"""Claims about the driver's face."""

import pytest

from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act
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
