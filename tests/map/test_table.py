from dovetail.map.table import draw_table, fold

ROWS = [("service", "calls", "owner"), ("orders", "payments", ""), ("gateway", "orders", "")]


def test_columns_are_aligned_and_empty_ones_left_out() -> None:
    assert draw_table(ROWS, 80) == ["  service  calls", "  orders   payments", "  gateway  orders"]


def test_what_is_too_wide_is_stacked() -> None:
    assert draw_table(ROWS, 17) == ["  orders", "    calls", "      payments", "  gateway", "    calls orders"]


def test_a_long_text_is_broken_between_words() -> None:
    assert fold("one two three four", 14, "  ") == ["  one two", "    three four"]


def test_a_word_wider_than_the_screen_is_broken() -> None:
    assert all(len(line) <= 20 for line in fold("x" * 50, 20, ""))
