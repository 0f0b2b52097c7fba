"""The shipped schema is that of the report's types."""

import json

from dovetail.report.schema import make_schema, read_schema


def test_the_shipped_schema_is_what_the_types_say() -> None:
    assert read_schema() == make_schema()


def test_the_schema_names_its_version() -> None:
    report = json.loads(read_schema())["$defs"]["ReportView"]
    assert report["properties"]["schema_version"] == {"const": 1}
    assert {"verdict", "exit_code", "causes", "totals", "scopes", "checks", "findings"} <= set(report["required"])
