"""Every code block of the docs is run: a page is read from top to bottom like a script in an empty folder.

`yaml system` is dovetail.yaml, `yaml checks` a file of checks, `yaml step` one step, `python NAME` a file to be
written; `console` types its `$` lines, `console exit=1` expects that exit code. What stands
below a command must be in its output, `…` standing for anything.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.app.picture import describe_language
from dovetail.app.reference import PAGES, refresh_page
from dovetail.cli.command import OWN_COMMANDS
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system

ROOT = Path(__file__).parents[2]
PAGES_WITH_CODE = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KNOWN = {"yaml", "python", "console", "json", "text", ""}
SECONDS = 120

SYSTEM = """
system: docs
services:
  gateway: {run: ./gateway, uses: {orders: {address: ORDERS_URL}}}
  orders:
    run: ./orders
    uses:
      orders-db: {address: DATABASE_URL}
      cache: {address: REDIS_URL}
      events: {address: KAFKA_BROKERS, publishes: [orders.created]}
      users: {address: USERS_URL}
      payments: {address: PAYMENTS_URL}
      stripe: {address: STRIPE_URL}
  users: {run: ./users}
  payments: {run: ./payments}
  orders-db: {technology: postgres}
  cache: {technology: redis}
  events: {technology: kafka, topics: [orders.created]}
  stripe: {external: "https://api.stripe.example"}
"""


@dataclass(frozen=True)
class Block:
    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, found[1] or "", tuple(found[2].split()), found[3])
        for found in BLOCK.finditer(text)
    ]


def read_checks(folder: Path, text: str) -> None:
    words = build_vocabulary(build_registry())
    file = folder / "tests" / "integration" / "page.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    (folder / "tests" / "integration" / "fragments").mkdir(exist_ok=True)
    if not (folder / "dovetail.yaml").exists():
        (folder / "dovetail.yaml").write_text(SYSTEM, encoding="utf-8")
    system = read_system(folder / "dovetail.yaml", words, os.environ)
    assert read_suite(system, words, os.environ, [file]).checks


def wrap_step(text: str) -> str:
    rows = text.rstrip().splitlines()
    items = [f"      - {rows[0]}", *(f"        {row}" for row in rows[1:])] if not rows[0].startswith("-") else rows
    if rows[0].startswith("-"):
        items = [f"      {row}" for row in rows]
    return "\n".join(["scope: api", "on: orders", "checks:", "  - name: a step", "    steps:", *items])


def type_commands(folder: Path, block: Block) -> None:
    expected_code = next((int(word[5:]) for word in block.words if word.startswith("exit=")), 0)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        done = subprocess.run(
            shlex.split(command),
            cwd=folder,
            env={**os.environ, "PATH": path, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        output = done.stdout + done.stderr
        assert done.returncode == expected_code, f"{block.page}:{block.line}: {command}\n{output}"
        for row in filter(None, (line.strip() for line in shown.splitlines())):
            pattern = ".*".join(re.escape(piece) for piece in row.split("…"))
            assert re.search(pattern, output), f"{block.page}:{block.line}: {row!r} is not in\n{output}"


def run_block(folder: Path, block: Block) -> None:
    match block.language, block.words:
        case "yaml", ("system", *_):
            (folder / "dovetail.yaml").write_text(block.text, encoding="utf-8")
            read_system(folder / "dovetail.yaml", build_vocabulary(build_registry()), os.environ)
        case "yaml", ("checks", *_):
            read_checks(folder, block.text)
        case "yaml", ("fragment", name):
            file = folder / "tests" / "integration" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        case "yaml", ("step", *_):
            read_checks(folder, wrap_step(block.text))
        case "python", (name, *_):
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
            compile(block.text, name, "exec")
        case "console", _:
            type_commands(folder, block)
        case (("json" | "text" | ""), _):
            return
        case _:
            raise AssertionError(f"{block.page}:{block.line}: say what this block is: ```{block.language} …")


@pytest.mark.parametrize("page", PAGES_WITH_CODE, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_code_block_runs(page: Path, tmp_path: Path) -> None:
    for block in blocks_of(page):
        assert block.language in KNOWN, f"{page}:{block.line}: {block.language}"
        try:
            run_block(tmp_path, block)
        except Exception as mistake:
            raise AssertionError(f"{page.relative_to(ROOT)}:{block.line}\n{mistake}") from mistake


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_reference_says_what_the_reader_knows(name: str) -> None:
    page = (ROOT / "docs" / "reference" / f"{name}.md").read_text(encoding="utf-8")
    assert page == refresh_page(page, PAGES[name](build_vocabulary(build_registry()))), "run `make docs`"


@pytest.mark.parametrize(("kind", "name"), [("system", "dovetail"), ("checks", "checks")])
def test_the_schemas_beside_the_reference_are_those_that_are_printed(kind: str, name: str) -> None:
    file = ROOT / "docs" / "reference" / f"{name}.schema.json"
    assert json.loads(file.read_text(encoding="utf-8")) == describe_language(kind), "run `make docs`"


def test_the_reference_shows_every_command_as_it_helps() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    for name in OWN_COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "dovetail", name, "--help"],
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() in page, f"run `make docs`: {name}"
