import pytest

from dovetail.environment.stage import in_slice


@pytest.mark.parametrize(("name", "called"), [("orders", "orders@w1"), ("a -> b", "a@w1 -> b@w1")])
def test_what_is_in_a_slice_carries_its_name(name: str, called: str) -> None:
    assert in_slice(name, "w1") == called
