import pytest

from dovetail.model.data import Data, Path, Place, Row, Table, locate, locate_value


def written() -> Table:
    row = Row("x.yaml")
    row.extend(["a", "b"])
    row.marks.extend([(2, 5), (3, 5)])
    table = Table("x.yaml")
    table["rows"] = row
    table.marks["rows"] = (1, 1, 2, 3)
    table["computed"] = 5
    return table


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("rows",), Place("x.yaml", 1, 1)),
        (("rows", 1), Place("x.yaml", 3, 5)),
        (("rows", 1, "deeper"), Place("x.yaml", 3, 5)),
        (("rows", 9), Place("x.yaml", 1, 1)),
        (("rows", -1), Place("x.yaml", 1, 1)),
        (("rows", "length"), Place("x.yaml", 1, 1)),
        (("computed",), None),
        (("gone",), None),
        ((), None),
    ],
)
def test_the_deepest_written_value_is_found(path: Path, place: Place | None) -> None:
    assert locate(written(), path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("rows",), Place("x.yaml", 2, 3)),
        (("rows", 1), Place("x.yaml", 3, 5)),
        (("rows", 9), Place("x.yaml", 2, 3)),
        (("gone", 0), None),
        ((), None),
    ],
)
def test_the_value_itself_is_found_rather_than_its_key(path: Path, place: Place | None) -> None:
    assert locate_value(written(), path) == place


@pytest.mark.parametrize("data", [5, "x", {"a": 1}, [1], None])
def test_what_was_not_read_from_a_file_has_no_place(data: Data) -> None:
    assert locate(data, ("a",)) is None


def test_keys_and_values_have_places_of_their_own() -> None:
    table = written()
    assert table.place_of_key("rows") == Place("x.yaml", 1, 1)
    assert table.place_of_value("rows") == Place("x.yaml", 2, 3)
    assert str(table.place_of_key("rows")) == "x.yaml:1"
