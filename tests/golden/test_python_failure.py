"""A Python check that fails is told by what went wrong and where in the user's own file."""

import json
from typing import Any

import pytest

CHECK = """\
import pytest

def look_up(name):
    raise KeyError(name)

{marker}
def test_it(environment):
    environment.http("app").get("/").expect(status=200)
    {last}
"""


NINTH = "tests/integration/test_x.py:9: "


@pytest.mark.parametrize(
    ("marker", "last", "why"),
    [
        ("", "assert len([1, 2]) == 3", "tests/integration/test_x.py:9: assert 2 == 3 + where 2 = len([1, 2])"),
        ("", "look_up('price')", "tests/integration/test_x.py:4: KeyError: 'price'"),
        (
            "",
            "environment.http('app').get('/', expect={'status': 500})",
            f"{NINTH}`expect` is no word of a question asked in Python write .expect(status=200) behind it",
        ),
        ("@pytest.mark.xfail(strict=True, reason='not yet')", "", "[XPASS(strict)] not yet"),
    ],
)
def test_why_a_python_check_failed_is_told_in_its_own_words(project: Any, marker: str, last: str, why: str) -> None:
    project.write("tests/integration/test_x.py", CHECK.format(marker=marker, last=last))
    assert project.type("run", "--report-format", "json").code == 1
    (check,) = json.loads((project.folder / "reports/latest.json").read_text())["checks"]
    assert (check["verdict"], check["why"]) == ("failed", why)


def test_a_value_that_no_statement_names_is_refused(notes: Any) -> None:
    said = "environment.sql('db').query('select text from notes where id = {{ id }}', id='first'"
    lines = [f"{said}).expect(rows=[{{'text': 'as set up'}}])", f"{said}, expect={{'rows': []}})"]
    notes.write("tests/integration/test_x.py", f"def test_it(environment):\n    {lines[0]}\n    {lines[1]}\n")
    assert notes.type("run", "--report-format", "json").code == 1
    (check,) = json.loads((notes.folder / "reports/latest.json").read_text())["checks"]
    assert "nothing here names the value 'expect'" in check["why"]


ASKING = """\
def test_it(environment):
    environment.http("app").get("/status/202")
    environment.http("app").get("/").expect(status=200)
    environment.http("app").get("/count").expect(status=201)
"""


def test_all_that_a_python_check_asked_stands_in_the_report_as_it_was_judged(project: Any) -> None:
    project.write("tests/integration/test_x.py", ASKING)
    assert project.type("run", "--report-format", "json").code == 1
    (check,) = json.loads((project.folder / "reports/latest.json").read_text())["checks"]
    told = [(step["request"], step["answer"].partition(" ")[0], step["verdict"]) for step in check["steps"]]
    assert told == [("GET /status/202", "202", "passed"), ("GET /", "200", "passed"), ("GET /count", "200", "failed")]
