"""The corners of the isolation table that the plan's own tests do not reach."""

import pytest

from dovetail.engine.isolation import DataServices, choose_isolation
from dovetail.engine.touch import Touch, Touched
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach
from dovetail.model.vocabulary import Effect

REACHES = {
    "api": Reach(frozenset({"api", "db"}), frozenset()),
    "db": Reach(frozenset({"db"}), frozenset()),
    "sums": Reach(frozenset({"sums"}), frozenset()),
}
DATA = DataServices(frozenset({"db"}), frozenset({"db", "sums"}))


def touched(*acts: tuple[str, Effect]) -> Touch:
    return Touch(tuple(Touched(service, "t", effect) for service, effect in acts))


@pytest.mark.parametrize("isolation", [one for one in Isolation if one is not Isolation.AUTO])
def test_the_users_word_wins(isolation: Isolation) -> None:
    check = Check("c", "c", "api", (), isolation=isolation)
    choice = choose_isolation(check, touched(("api", Effect.WRITES)), REACHES, DATA, is_unique=False)
    assert choice.isolation is isolation


def test_rolling_back_by_the_users_word_concerns_what_is_spoken_to_directly() -> None:
    check = Check("c", "c", "api", (), isolation=Isolation.ROLLBACK)
    acts = touched(("api", Effect.WRITES), ("db", Effect.READS))
    assert choose_isolation(check, acts, REACHES, DATA, is_unique=False).data == {"db"}


def test_disturbing_a_database_is_not_rolled_back() -> None:
    choice = choose_isolation(
        Check("c", "c", "database", ()), touched(("db", Effect.DISTURBS)), REACHES, DATA, is_unique=False
    )
    assert choice.isolation is Isolation.CLONE


def test_what_rolls_back_but_cannot_be_copied_is_rolled_back() -> None:
    choice = choose_isolation(
        Check("c", "c", "database", ()), touched(("sums", Effect.WRITES)), REACHES, DATA, is_unique=False
    )
    assert (choice.isolation, set(choice.data)) == (Isolation.ROLLBACK, {"sums"})
