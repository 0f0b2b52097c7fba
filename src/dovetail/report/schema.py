"""The JSON Schema of the JSON report, shipped as `schema.json`. Called by `dovetail schema`."""

from importlib.resources import files
from inspect import cleandoc

import msgspec

from dovetail.report.json_shape import SCHEMA_VERSION, ReportView


def read_schema() -> bytes:
    """Return the shipped schema."""
    return files("dovetail.report").joinpath("schema.json").read_bytes()


def make_schema() -> bytes:
    """Derive the schema from the report's own types: what `schema.json` must say."""
    (root,), parts = msgspec.json.schema_components([ReportView], ref_template="#/$defs/{name}")
    report = parts["ReportView"]
    report["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    for part in parts.values():
        if "description" in part:
            part["description"] = cleandoc(part["description"])
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Report of a Dovetail run, version {SCHEMA_VERSION}",
        **root,
        "$defs": dict(sorted(parts.items())),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
