"""A name made of parts is the same always, and another for other parts."""

from dovetail.report.identity import identify


def test_equal_parts_are_one_uuid_in_every_run() -> None:
    assert str(identify("shop", "orders/an-order-is-paid")) == "85372df2-807b-57b4-abb7-1c2a35151f18"
    assert identify("shop", "a").version == 5


def test_parts_are_not_run_together() -> None:
    assert identify("ab", "c") != identify("a", "bc")


def test_text_that_no_encoding_holds_is_no_obstacle() -> None:
    assert identify("\ud800a") == identify("a")
