import pytest

from dovetail.map.criticality import criticality
from dovetail.model.check import Check
from dovetail.model.system import Service, System


def test_criticality_is_the_share_of_services_lost(shop: System) -> None:
    scores = criticality(shop)
    assert scores["db"] == pytest.approx(3 / 4)
    assert scores["orders"] == pytest.approx(2 / 4)
    assert scores["users"] == pytest.approx((1 + 0.3) / 4)
    assert scores["payments"] == pytest.approx(0.3 / 4)
    assert scores["gateway"] == pytest.approx(1 / 4)


def test_a_service_that_others_live_without_counts_for_less(shop: System) -> None:
    scores = criticality(shop)
    assert scores["users"] < scores["orders"]


def test_checks_that_need_a_service_raise_it(shop: System, checks: tuple[Check, ...]) -> None:
    with_checks = criticality(shop, checks)
    assert with_checks["db"] == pytest.approx(0.75 * 3 / 4 + 0.25 * 3 / 4, abs=0.001)
    assert with_checks["mail"] == pytest.approx(0.75 * 1 / 4, abs=0.001)


def test_all_scores_lie_between_none_and_all(shop: System, checks: tuple[Check, ...]) -> None:
    assert all(0 <= score <= 1 for score in criticality(shop, checks).values())


def test_a_system_without_own_code_has_no_critical_service() -> None:
    assert criticality(System("s", "/", services=(Service("db", "postgres"),))) == {"db": 0.0}
