import pytest

from dovetail.check.route import follow, is_list, parse_route, show_route, take
from dovetail.errors import SuiteError
from dovetail.model.data import Data, Path, Place

ANSWER: dict[str, Data] = {"status": 201, "json": {"items": [{"sku": "A"}, {"sku": "B"}], "x-id": 1, "a b": None}}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("json", ("json",)),
        ("json.items[0].sku", ("json", "items", 0, "sku")),
        ("json.items.0.sku", ("json", "items", "0", "sku")),
        ("rows[-1]", ("rows", -1)),
        ('headers["x.y z"]', ("headers", "x.y z")),
        ("headers['x']", ("headers", "x")),
        ("headers.x-request-id", ("headers", "x-request-id")),
        ("", ()),
    ],
)
def test_a_route_is_read(text: str, path: Path) -> None:
    assert parse_route(text) == path


@pytest.mark.parametrize("text", [".json", "json..id", "json[", "json[a]", "json id", "json.", "a[1", "a]b"])
def test_what_is_no_route_is_refused(text: str) -> None:
    with pytest.raises(SuiteError, match="is no path"):
        parse_route(text)


@pytest.mark.parametrize("text", ["json.items[0].sku", "rows[-1]", 'headers["x.y z"]', "a.x-b"])
def test_a_shown_route_reads_back(text: str) -> None:
    assert show_route(parse_route(text)) == text


@pytest.mark.parametrize(
    ("route", "value"),
    [
        ("status", 201),
        ("json.items[1].sku", "B"),
        ("json.items.1.sku", "B"),
        ("json.items[-1].sku", "B"),
        ('json["a b"]', None),
        ("json.x-id", 1),
    ],
)
def test_a_value_is_taken(route: str, value: Data) -> None:
    assert take(ANSWER, route) == value


@pytest.mark.parametrize(
    ("route", "what", "now"),
    [
        ("jsn.id", "the answer has no jsn", "did you mean `json`?"),
        ("json.item", "json has no item", "did you mean `items`?"),
        ("json.items[7]", "json.items has no item 7", "it has 2 items"),
        ("json.items.sku", "json.items has no item sku", "it has 2 items"),
        ('json.items["²"]', "json.items has no item ²", "it has 2 items"),
        ("status.x", "status is a plain value (int), so it has no x", "end the path"),
        ('json["a b"].x', "is null, so it has no x", "end the path"),
    ],
)
def test_a_route_that_ends_too_early_names_the_nearest(route: str, what: str, now: str) -> None:
    with pytest.raises(SuiteError) as refusal:
        take(ANSWER, route, Place("a.yaml", 3, 5))
    (problem,) = refusal.value.problems
    assert what in problem.what
    assert now in problem.now
    assert (problem.file, problem.line, problem.column) == ("a.yaml", 3, 5)


def test_the_start_is_named_in_the_message() -> None:
    with pytest.raises(SuiteError, match=r"order\.items has no item 3"):
        follow({"items": []}, ("items", 3), "order")


def test_a_text_is_no_list() -> None:
    assert is_list([1])
    assert not is_list("ab")
    assert not is_list(b"ab")
