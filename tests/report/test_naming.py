"""A report is named by its lasting name."""

from pathlib import Path

import pytest

from dovetail.report.naming import latest_beside


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("reports/integration-test-20261120-34ef.html", "reports/latest.html"),
        ("integration-test-1.xml", "latest.xml"),
        ("reports/integration-test-1.ctrf.json", "reports/latest.ctrf.json"),
        ("reports/integration-test-my.run.json", "reports/latest.json"),
        ("integration-test-1.allure", "latest.allure"),
        ("reports/mine.json", "reports/mine.json"),
    ],
)
def test_the_lasting_name_stands_beside(path: str, expected: str) -> None:
    assert latest_beside(Path(path)) == Path(expected)
