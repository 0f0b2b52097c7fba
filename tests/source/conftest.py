"""A small language to read with, and ways to write files and to see their mistakes."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Suite
from dovetail.model.system import System
from dovetail.model.vocabulary import FaultWord, TechnologyWords, Verb, Vocabulary, Word
from dovetail.source.suite import read_suite
from dovetail.source.system import read_system

SYSTEM = """\
system: shop
services:
  orders:
    run: serve orders
    uses:
      orders-db: DATABASE_URL
      payments: {address: PAYMENTS_URL}
      cache: {address: REDIS_URL, direct: true}
  payments: {run: serve payments}
  orders-db: {technology: postgres}
  cache: {technology: redis}
  stripe: {external: "https://api.stripe.com"}
"""

DELAY = Word("delay", "duration", "how long data waits")
STATUS = Word("status", "number", "the status answered")
WORDS = Vocabulary(
    technologies=(
        TechnologyWords(
            "http",
            ("https",),
            (
                Verb(
                    "http.request",
                    Word("request", "string", "method and path", is_required=True),
                    "Send one request.",
                    aliases=("http",),
                    fields=(
                        Word("json", "any", "the body"),
                        Word("headers", "map", "headers by name"),
                        Word("follow_redirects", "bool", "go on"),
                    ),
                    facets=(Word("status", "number", "the status"), Word("json", "any", "the body read")),
                    example="http: GET /health",
                ),
            ),
        ),
        TechnologyWords(
            "postgres",
            ("postgresql",),
            (
                Verb(
                    "postgres.query",
                    Word("statement", "bound", "the statement", is_required=True),
                    "Run one statement.",
                    aliases=("sql",),
                    facets=(Word("rows", "list", "the rows"),),
                ),
            ),
        ),
        TechnologyWords(
            "mysql",
            (),
            (
                Verb(
                    "mysql.query",
                    Word("statement", "bound", "the statement", is_required=True),
                    "Run one statement.",
                    aliases=("sql",),
                ),
            ),
        ),
        TechnologyWords(
            "redis",
            (),
            (
                Verb(
                    "redis.set",
                    Word("key", "string", "the key", is_required=True),
                    "Set a value.",
                    fields=(
                        Word("value", "any", "the value", is_required=True),
                        Word("ttl", "duration", "how long it lives"),
                        Word("limit", "size", "how large it may be"),
                        Word("mode", "string", "when it is set", choices=("always", "new")),
                    ),
                ),
                Verb("redis.flush", Word("pattern", "string", "which keys"), "Remove keys."),
            ),
        ),
        TechnologyWords(
            "stage",
            (),
            (
                Verb("restart", Word("service", "string", "the service", is_required=True), "Restart it."),
                Verb("called", Word("edge", "any", "the edge", is_required=True), "Count its calls."),
            ),
        ),
    ),
    faults=(
        FaultWord("latency", "Data arrives later.", DELAY, (DELAY, Word("jitter", "duration", "how it varies"))),
        FaultWord("refuse", "Nobody listens.", Word("enabled", "bool", "true"), ()),
        FaultWord("cut", "It ends early.", None, (Word("after", "size", "after how much", is_required=True),)),
        FaultWord("vanish", "It is gone.", None, ()),
        FaultWord("http", "Answers at the edge.", STATUS, (STATUS, Word("first", "int", "how many")), ("http",)),
    ),
)

Write = Callable[[str, str], Path]
ReadSystem = Callable[..., System]
ReadChecks = Callable[..., Suite]


@pytest.fixture
def words() -> Vocabulary:
    return WORDS


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file


@pytest.fixture
def system_of(write: Write) -> ReadSystem:
    def read(text: str, variables: Mapping[str, str] | None = None) -> System:
        return read_system(write("dovetail.yaml", text), WORDS, variables or {})

    return read


@pytest.fixture
def checks_of(write: Write, system_of: ReadSystem) -> ReadChecks:
    """Read one file of checks, or several by name, in a small shop."""

    def read(text: str, variables: Mapping[str, str] | None = None, **more: str) -> Suite:
        system = system_of(SYSTEM)
        write("tests/integration/orders.yaml", text)
        for name, other in more.items():
            write(f"tests/integration/{name.replace('__', '/')}.yaml", other)
        return read_suite(system, WORDS, variables or {})

    return read


@pytest.fixture
def problems_of() -> Callable[..., list[Problem]]:
    def catch(read: Callable[..., object], *arguments: object, **named: object) -> list[Problem]:
        with pytest.raises(SuiteError) as caught:
            read(*arguments, **named)
        return list(caught.value.problems)

    return catch
