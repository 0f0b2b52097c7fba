from dovetail.cli.table import draw_table, pack

ROWS = [("service", "state", "address"), ("orders", "ready", "http://127.0.0.1:22701"), ("orders-db", "gone", "")]


def test_rows_stand_in_columns_where_there_is_room() -> None:
    columns = ["service    state  address", "orders     ready  http://127.0.0.1:22701", "orders-db  gone"]
    assert draw_table(ROWS, None) == draw_table(ROWS, 40) == columns


def test_rows_fold_under_their_first_cell_where_there_is_none() -> None:
    assert draw_table(ROWS, 34, "  ") == [
        "  service",
        "    state · address",
        "  orders",
        "    ready · http://127.0.0.1:22701",
        "  orders-db",
        "    gone",
    ]


def test_no_folded_row_is_wider_than_the_terminal() -> None:
    rows = [("timeout", "30s", "flag --timeout"), ("parallel", "auto", "a long origin that has to be folded twice")]
    assert max(map(len, draw_table(rows, 30, "  "))) <= 30


def test_what_has_no_first_cell_stands_with_what_it_follows() -> None:
    assert draw_table([("✗ cache", "no server"), ("", "pip install it")], 20) == [
        "✗ cache",
        "  no server",
        "  pip install it",
    ]


def test_cells_stand_beside_each_other_as_far_as_there_is_room() -> None:
    cells = ("orders", "ready", "http://127.0.0.1:22701/a-long-path")
    assert pack(cells, None, "  ") == ["  orders · ready · http://127.0.0.1:22701/a-long-path"]
    assert pack(cells, 20, "  ") == ["  orders · ready", "  http://127.0.0.1:2", "  2701/a-long-path"]
