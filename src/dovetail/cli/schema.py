"""`dovetail schema`: prints the JSON Schema that editors complete from. Called by main."""

import json
import sys

from dovetail.app.picture import describe_language
from dovetail.cli.arguments import make_parser

EPILOG = """\
In an editor that knows the YAML language server, begin the file with
  # yaml-language-server: $schema=dovetail.schema.json
"""


def main(words: list[str]) -> int:
    parser = make_parser("schema", EPILOG)
    help_ = "of dovetail.yaml or of check files (system)"
    parser.add_argument("kind", nargs="?", choices=("system", "checks"), default="system", help=help_)
    parsed = parser.parse_args(words[1:])
    sys.stdout.write(json.dumps(describe_language(parsed.kind), indent=2, ensure_ascii=False) + "\n")
    return 0
