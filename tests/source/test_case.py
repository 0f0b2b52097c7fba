from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.errors import Problem
from dovetail.model.check import Suite
from dovetail.model.data import Place, Table
from dovetail.source.case import read_csv

Write = Callable[[str, str], Path]
ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]


def several(lines: str) -> str:
    return f"on: orders\nchecks:\n  - name: a\n    {lines}\n    http: GET /\n"


@pytest.mark.parametrize(
    ("lines", "suffixes"),
    [
        ("tags: []", [""]),
        ("repeat: 3", ["[1]", "[2]", "[3]"]),
        ("each: [{x: 1}, {x: 2}]", ["[1]", "[2]"]),
        ("each: [{case: small, x: 1}, {case: 'large [b]', x: 2}]", ["[small]", "[large b]"]),
        ("each: [{case: a}, {case: a}]", ["[a]", "[a 2]"]),
        ("each: [{x: 1}, {x: 2}]\n    repeat: 2", ["[1][1]", "[1][2]", "[2][1]", "[2][2]"]),
    ],
)
def test_rows_and_repetitions_make_checks_of_their_own(checks_of: ReadChecks, lines: str, suffixes: list[str]) -> None:
    checks = checks_of(several(lines)).checks
    assert [check.id for check in checks] == [f"orders/a{suffix}" for suffix in suffixes]
    assert [check.name for check in checks] == [f"a {suffix}" if suffix else "a" for suffix in suffixes]


def test_each_row_is_the_input_of_its_check(checks_of: ReadChecks) -> None:
    checks = checks_of(several("each: [{x: 1, y: {z: a}}, {x: 2, y: b}]")).checks
    assert [check.inputs for check in checks] == [{"x": 1, "y": {"z": "a"}}, {"x": 2, "y": "b"}]


def test_a_csv_file_gives_rows_with_values_as_in_yaml(write: Write, checks_of: ReadChecks) -> None:
    write("tests/integration/cases.csv", 'case,sku,count,zip,note\nfirst,A-1,2,01234,"a, b"\nsecond,B-2,true,,\n')
    checks = checks_of(several("each: cases.csv")).checks
    assert [check.id for check in checks] == ["orders/a[first]", "orders/a[second]"]
    assert checks[0].inputs == {"case": "first", "sku": "A-1", "count": 2, "zip": "01234", "note": "a, b"}
    assert checks[1].inputs == {"case": "second", "sku": "B-2", "count": True, "zip": "", "note": ""}


def test_a_yaml_file_gives_rows_and_is_not_taken_for_checks(write: Write, checks_of: ReadChecks) -> None:
    write("tests/integration/cases.yaml", "- {x: 1}\n- {x: '${X}'}\n")
    checks = checks_of(several("each: cases.yaml"), {"X": "filled"}).checks
    assert [check.inputs for check in checks] == [{"x": 1}, {"x": "filled"}]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ("each: gone.csv", "there is no file `gone.csv`"),
        (f"each: {'x' * 5000}", f"there is no file `{'x' * 39}…`"),
        ("each: [1, 2]", "`each` wants a list of rows, each a map"),
        ("each: {x: 1}", "`each` wants a list of rows, each a map"),
        ("each:", "`each` is empty"),
        ("each: []", "`each` has 0 rows"),
        ("repeat: 0", "`repeat` makes 0 checks"),
        ("repeat: 1000000", "`repeat` makes 1000000 checks"),
        ("repeat: often", "`repeat` wants a whole number, got `often`"),
    ],
)
def test_wrong_rows_stand_under_their_line(
    checks_of: ReadChecks, problems_of: ProblemsOf, lines: str, what: str
) -> None:
    (problem,) = problems_of(checks_of, several(lines))
    assert (problem.what, problem.line) == (what, 4)
    assert problem.now


def test_a_cell_knows_the_line_of_its_row() -> None:
    rows = read_csv("case,sku\na,A-1\n\nb,\n", "cases.csv")
    assert rows == [{"case": "a", "sku": "A-1"}, {"case": "b", "sku": ""}]
    row = rows[1]
    assert isinstance(row, Table)
    assert rows.place_of_item(1) == row.place_of_value("sku") == Place("cases.csv", 4, 1)
    assert row.place_of_key("sku") == Place("cases.csv", 1, 1)


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("a,b\n1,2\nx, y, z\n", "this row has more cells than there are names", 3),
        ("a,b,a\n1,2,3\n", "the column `a` is there twice", 1),
        (f"a\n1\n{'x' * 200_000}\n", "this is no CSV: field larger than field limit (131072)", 3),
    ],
)
def test_a_table_that_cannot_be_meant_is_told(
    write: Write, checks_of: ReadChecks, problems_of: ProblemsOf, text: str, what: str, line: int
) -> None:
    write("tests/integration/cases.csv", text)
    (problem,) = problems_of(checks_of, several("each: cases.csv"))
    assert (problem.what, Path(problem.file).name, problem.line) == (what, "cases.csv", line)
    assert problem.now
