"""The corners of the isolation table that the plan's own tests do not reach."""

import pytest

from dovetail.engine.isolation import DataServices, choose_isolation, choose_slice
from dovetail.engine.touch import Touch, Touched
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach
from dovetail.model.system import Edge, Service, System
from dovetail.model.vocabulary import Effect

REACHES = {
    "api": Reach(frozenset({"api", "db"}), frozenset()),
    "db": Reach(frozenset({"db"}), frozenset()),
    "sums": Reach(frozenset({"sums"}), frozenset()),
    "cache": Reach(frozenset({"cache"}), frozenset()),
    "mail": Reach(frozenset({"mail"}), frozenset()),
    "job": Reach(frozenset({"job", "db"}), frozenset()),
}
DATA = DataServices(frozenset({"db", "cache"}), frozenset({"db", "sums"}), frozenset({"mail"}))
WRITES, READS, DISTURBS = Effect.WRITES, Effect.READS, Effect.DISTURBS


def touched(*acts: tuple[str, Effect], has_together: bool = False) -> Touch:
    return Touch(tuple(Touched(service, "t", effect) for service, effect in acts), has_together=has_together)


@pytest.mark.parametrize(
    ("acts", "is_unique", "isolation", "data"),
    [
        (touched(("api", READS), ("db", READS)), False, Isolation.SHARED, set()),
        (touched(("mail", WRITES)), False, Isolation.SHARED, set()),
        (touched(("db", WRITES)), False, Isolation.ROLLBACK, {"db"}),
        (touched(("db", WRITES), has_together=True), False, Isolation.CLONE, {"db"}),
        (touched(("db", DISTURBS)), False, Isolation.CLONE, {"db"}),
        (touched(("cache", WRITES)), False, Isolation.CLONE, {"cache"}),
        (touched(("db", WRITES), ("cache", READS)), False, Isolation.CLONE, {"db", "cache"}),
        (touched(("db", WRITES), ("sums", READS)), False, Isolation.RESET, {"db"}),
        (touched(("api", WRITES)), True, Isolation.UNIQUE, {"db"}),
        (touched(("api", WRITES)), False, Isolation.RESET, {"db"}),
        (touched(("api", READS), ("db", WRITES)), False, Isolation.RESET, {"db"}),
    ],
)
def test_the_cheapest_isolation_that_is_safe(
    acts: Touch, isolation: Isolation, data: set[str], *, is_unique: bool
) -> None:
    choice = choose_isolation(Check("c", "c", "api", ()), acts, REACHES, DATA, is_unique=is_unique)
    assert (choice.isolation, set(choice.data)) == (isolation, data)


@pytest.mark.parametrize(
    ("acts", "is_unique", "isolation", "data"),
    [
        (touched(("api", WRITES)), False, Isolation.SHARED, {"db"}),
        (touched(("api", WRITES)), True, Isolation.UNIQUE, set()),
        (touched(("api", READS)), False, Isolation.SHARED, set()),
        (touched(("db", WRITES)), False, Isolation.ROLLBACK, {"db"}),
        (touched(("cache", WRITES)), False, Isolation.SHARED, {"cache"}),
        (touched(("mail", WRITES)), False, Isolation.SHARED, set()),
    ],
)
def test_data_that_is_not_ours_is_never_set_back(
    acts: Touch, isolation: Isolation, data: set[str], *, is_unique: bool
) -> None:
    foreign = DATA.given(frozenset({"db", "cache"}))
    choice = choose_isolation(Check("c", "c", "api", ()), acts, REACHES, foreign, is_unique=is_unique)
    assert (choice.isolation, set(choice.data)) == (isolation, data)


@pytest.mark.parametrize("isolation", [Isolation.AUTO, Isolation.ROLLBACK])
def test_a_direct_write_with_data_of_its_own_is_known_to_be_so(isolation: Isolation) -> None:
    check = Check("c", "c", "api", (), isolation=isolation)
    for is_unique in (True, False):
        assert (
            choose_isolation(check, touched(("db", WRITES)), REACHES, DATA, is_unique=is_unique).is_unique is is_unique
        )


@pytest.mark.parametrize("isolation", [Isolation.AUTO, Isolation.RESET])
def test_setting_back_tells_what_stays_all_the_same(isolation: Isolation) -> None:
    check = Check("c", "c", "api", (), isolation=isolation)
    acts = touched(("api", WRITES), ("mail", WRITES))
    assert choose_isolation(check, acts, REACHES, DATA, is_unique=False).why.endswith("; what mail holds stays")
    only = choose_isolation(check, touched(("api", WRITES)), REACHES, DATA, is_unique=False)
    assert "stays" not in only.why


@pytest.mark.parametrize(("effect", "data"), [(WRITES, {"db"}), (READS, set())])
def test_sharing_by_the_users_word_soils_only_what_is_written(effect: Effect, data: set[str]) -> None:
    check = Check("c", "c", "api", (), isolation=Isolation.SHARED)
    assert set(choose_isolation(check, touched(("api", effect)), REACHES, DATA, is_unique=False).data) == data


def test_a_slice_holds_all_that_its_check_speaks_to_steers_breaks_or_counts_but_no_jobs() -> None:
    uses = (Edge("cache", "sums", "t"),)
    services = (*(Service(name, run="x") for name in ("api", "db", "sums", "mail")), Service("cache", uses=uses))
    system = System("s", "s", services=(*services, Service("job", run="x", is_job=True)))
    assert choose_slice(touched(("job", READS)), system, REACHES) == {"db"}
    assert choose_slice(Touch(steered=frozenset({"mail"})), system, REACHES) == {"mail"}
    names = frozenset({"cache -> sums", "nobody -> nothing"})
    for acts in (Touch(broken=names), Touch(counted=names)):
        assert choose_slice(acts, system, REACHES) == {"cache", "sums"}


@pytest.mark.parametrize("isolation", [one for one in Isolation if one is not Isolation.AUTO])
def test_the_users_word_wins(isolation: Isolation) -> None:
    check = Check("c", "c", "api", (), isolation=isolation)
    choice = choose_isolation(check, touched(("api", Effect.WRITES)), REACHES, DATA, is_unique=False)
    assert choice.isolation is isolation


def test_rolling_back_by_the_users_word_concerns_what_is_spoken_to_directly() -> None:
    check = Check("c", "c", "api", (), isolation=Isolation.ROLLBACK)
    acts = touched(("api", Effect.WRITES), ("db", Effect.READS))
    assert choose_isolation(check, acts, REACHES, DATA, is_unique=False).data == {"db"}


def test_what_rolls_back_but_cannot_be_copied_is_rolled_back() -> None:
    choice = choose_isolation(
        Check("c", "c", "database", ()), touched(("sums", Effect.WRITES)), REACHES, DATA, is_unique=False
    )
    assert (choice.isolation, set(choice.data)) == (Isolation.ROLLBACK, {"sums"})
