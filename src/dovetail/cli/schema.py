"""`dovetail schema`: prints the JSON Schema that editors complete from. Called by main."""

import json
import sys

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.cli.arguments import make_parser
from dovetail.source.schema import editor_schema

EPILOG = """\
In an editor that knows the YAML language server, begin the file with
  # yaml-language-server: $schema=dovetail.schema.json
"""


def main(words: list[str]) -> int:
    parser = make_parser("schema", EPILOG)
    parser.add_argument(
        "kind",
        nargs="?",
        choices=("system", "checks"),
        default="system",
        help="of dovetail.yaml or of check files (system)",
    )
    parsed = parser.parse_args(words[1:])
    words_known = build_vocabulary(build_registry())
    sys.stdout.write(json.dumps(editor_schema(words_known, parsed.kind), indent=2, ensure_ascii=False) + "\n")
    return 0
