"""What is held while a check is played, as a table: who can be beside whom, who goes first."""

from typing import Any

import pytest

from dovetail.engine.isolation import Choice
from dovetail.engine.touch import Touch, Touched
from dovetail.engine.wish import drop_uncontended, needs_data_at_rest, turn_of, wish_for
from dovetail.environment.stage import LockWish
from dovetail.model.check import Check, Isolation
from dovetail.model.graph import Reach
from dovetail.model.vocabulary import Effect

REACHES = {
    "api": Reach(frozenset({"api", "db"}), frozenset({"api -> db"})),
    "db": Reach(frozenset({"db"}), frozenset()),
}
DB = frozenset({"db"})
THROUGH = Touch((Touched("api", "http", Effect.WRITES),))
DIRECT = Touch((Touched("db", "store", Effect.WRITES),))


def wish(
    touched: Touch, choice: Isolation, *, is_unique: bool = False, stays: bool = False, **more: Any
) -> tuple[set[str], set[str], set[str]]:
    check = Check("c", "c", "api", (), **more)
    data = DB if stays or choice is not Isolation.SHARED else frozenset[str]()
    made = wish_for(check, touched, REACHES, Choice(choice, "", data, is_unique), DB)
    return set(made.shared), set(made.exclusive), set(made.adding)


def test_who_only_reads_has_data_as_it_was_set_up() -> None:
    shared, exclusive, adding = wish(THROUGH, Isolation.SHARED)
    assert (shared, exclusive, adding) == (
        {"service:api", "service:db", "edge:api -> db", "data:db"},
        set(),
        set(),
    )


def test_who_breaks_counts_on_or_disturbs_something_has_it_alone() -> None:
    breaking = Touch(THROUGH.acts, steered=frozenset({"db"}), broken=frozenset({"api -> db"}))
    shared, exclusive, _ = wish(breaking, Isolation.SHARED)
    assert exclusive == {"edge:api -> db", "service:db", "process:db"}
    assert shared == {"service:api", "data:db"}
    assert wish(Touch(THROUGH.acts, counted=frozenset({"api -> db"})), Isolation.SHARED)[1] == {"edge:api -> db"}


def test_who_adds_rows_of_its_own_is_not_beside_readers() -> None:
    assert wish(THROUGH, Isolation.UNIQUE)[2] == {"data:db"}


def test_who_needs_another_check_wants_to_see_what_it_left() -> None:
    shared, _, adding = wish(THROUGH, Isolation.SHARED, needs=("other",))
    assert "data:db" not in shared
    assert adding == {"data:db"}


def test_who_writes_what_nobody_sets_back_has_it_alone_unless_he_says_otherwise() -> None:
    _, exclusive, _ = wish(THROUGH, Isolation.SHARED, stays=True)
    assert exclusive == {"service:db", "data:db"}
    _, exclusive, _ = wish(THROUGH, Isolation.SHARED, stays=True, isolation=Isolation.SHARED)
    assert not exclusive


def test_who_asks_for_the_common_stage_takes_it_as_it_is() -> None:
    shared, _, adding = wish(THROUGH, Isolation.SHARED, isolation=Isolation.SHARED)
    assert "data:db" not in shared
    assert not adding


@pytest.mark.parametrize(("is_unique", "exclusive"), [(True, set()), (False, {"rows:db"})])
def test_transactions_on_the_same_rows_take_turns(*, is_unique: bool, exclusive: set[str]) -> None:
    assert wish(DIRECT, Isolation.ROLLBACK, is_unique=is_unique) == ({"service:db", "data:db"}, exclusive, set())


def test_a_copy_needs_but_the_server_it_is_in() -> None:
    assert wish(DIRECT, Isolation.CLONE) == ({"process:db"}, set(), set())
    assert wish(THROUGH, Isolation.SLICE, locks=("paper",)) == ({"process:db"}, {"lock:paper"}, set())


def test_setting_back_is_done_alone() -> None:
    assert {"service:db", "data:db"} <= wish(THROUGH, Isolation.RESET)[1]


def test_what_nobody_contends_is_not_held() -> None:
    reads, adds = LockWish(frozenset({"data:db", "service:db"})), LockWish(adding=frozenset({"data:db"}))
    assert drop_uncontended([reads, reads]) == {reads: LockWish()}
    assert drop_uncontended([reads, adds]) == {reads: LockWish(frozenset({"data:db"})), adds: adds}
    assert drop_uncontended([adds, adds]) == {adds: LockWish()}


def test_readers_go_before_those_who_add_rows() -> None:
    order = sorted((one for one in Isolation if one is not Isolation.AUTO), key=turn_of)
    assert order[0] is Isolation.RESET
    assert order[-2:] == [Isolation.SHARED, Isolation.UNIQUE]


def test_data_rests_while_somebody_reads_it_as_set_up_or_sets_it_back() -> None:
    assert needs_data_at_rest(LockWish(frozenset({"service:db", "data:db"})))
    assert needs_data_at_rest(LockWish(exclusive=frozenset({"data:db"})))
    assert not needs_data_at_rest(LockWish(frozenset({"service:db"}), adding=frozenset({"data:db"})))
