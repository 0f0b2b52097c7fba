"""`dovetail schema`: prints the JSON Schema that editors complete from, or that of the JSON report. Called by main."""

import json
import sys

from dovetail.app.picture import describe_language
from dovetail.cli.arguments import make_parser
from dovetail.report.schema import read_schema

EPILOG = """\
In an editor that knows the YAML language server, begin the file with
  # yaml-language-server: $schema=dovetail.schema.json
"""


def main(words: list[str]) -> int:
    parser = make_parser("schema", EPILOG)
    help_ = "of dovetail.yaml, of check files or of the JSON report (system)"
    parser.add_argument("kind", nargs="?", choices=("system", "checks", "report"), default="system", help=help_)
    kind = parser.parse_args(words[1:]).kind
    if kind == "report":
        sys.stdout.write(read_schema().decode())
    else:
        sys.stdout.write(json.dumps(describe_language(kind), indent=2, ensure_ascii=False) + "\n")
    return 0
