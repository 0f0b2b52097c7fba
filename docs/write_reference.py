"""Writes the tables of docs/reference from the tables that read a user's files; run by `make docs`."""

import json
import os
import subprocess
import sys
from pathlib import Path

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.app.picture import describe_language
from dovetail.app.reference import PAGES, refresh_page
from dovetail.cli.command import OWN_COMMANDS

FOLDER = Path(__file__).parent / "reference"
SCHEMAS = {"system": "dovetail.schema.json", "checks": "checks.schema.json"}


def write_reference() -> None:
    words = build_vocabulary(build_registry())
    for name, write in PAGES.items():
        refresh(name, write(words))
    refresh("commands", write_commands())
    for kind, name in SCHEMAS.items():
        text = json.dumps(describe_language(kind), indent=1, ensure_ascii=False) + "\n"
        (FOLDER / name).write_text(text, encoding="utf-8")


def write_commands() -> str:
    """Return the help of every command, as a terminal of 100 columns shows it."""
    return "\n".join(f"## {name}\n\n```text\n{ask_for_help(name)}\n```\n" for name in OWN_COMMANDS)


def ask_for_help(command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dovetail", command, "--help"],
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def refresh(name: str, written: str) -> None:
    file = FOLDER / f"{name}.md"
    file.write_text(refresh_page(file.read_text(encoding="utf-8"), written), encoding="utf-8")


if __name__ == "__main__":
    write_reference()
