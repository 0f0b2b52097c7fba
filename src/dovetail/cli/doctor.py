"""`dovetail doctor`: tells what is there to run with, and how to get what is missing. Called by main."""

import json
import os
import sys
from collections.abc import Iterable

from msgspec import to_builtins

from dovetail.app.doctor import Finding, Health, examine
from dovetail.app.parts import build_registry
from dovetail.app.project import Project, find_folder, open_project
from dovetail.cli.arguments import make_parser
from dovetail.cli.table import draw_table
from dovetail.cli.width import columns_of
from dovetail.errors import SuiteError
from dovetail.model.outcome import ExitCode

SIGNS = {Health.FINE: "✓", Health.NOTE: "·", Health.MISSING: "✗"}


def main(words: list[str]) -> int:
    parser = make_parser("doctor", "Ends with 6 where something is missing that this project needs.")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (text)")
    parsed = parser.parse_args(words[1:])
    project: Project | None = None
    try:
        find_folder(parsed.file)
    except SuiteError:
        registry = build_registry()
    else:
        project = open_project(parsed.file, os.environ)
        registry = project.registry
    findings = list(examine(registry, project))
    sys.stdout.write(write_json(findings) if parsed.format == "json" else write_text(findings, columns_of(sys.stdout)))
    is_ill = project is not None and any(finding.health is Health.MISSING for finding in findings)
    return ExitCode.NOT_READY if is_ill else ExitCode.PASSED


def write_text(findings: Iterable[Finding], width: int | None) -> str:
    rows = []
    for finding in findings:
        rows.append((f"{SIGNS[finding.health]} {finding.subject}", finding.what))
        if finding.now:
            rows.append(("", finding.now))
    return "\n".join(draw_table(rows, width)) + "\n"


def write_json(findings: Iterable[Finding]) -> str:
    return json.dumps(to_builtins(findings), indent=2) + "\n"
