import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import pytest

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.errors import SuiteError
from dovetail.model.check import Suite
from dovetail.model.data import Data
from dovetail.model.system import System
from dovetail.model.vocabulary import Vocabulary, Word
from dovetail.source import grammar
from dovetail.source.document import build
from dovetail.source.grammar import Keys
from dovetail.source.lexicon import Lexicon
from dovetail.source.schema import editor_schema
from dovetail.source.value import KINDS

ReadSystem = Callable[..., System]
ReadChecks = Callable[..., Suite]
Validator = jsonschema_rs.Draft202012Validator


def validator(words: Vocabulary, kind: str) -> Validator:
    return Validator(plain(editor_schema(words, kind)))


def plain(data: Data) -> dict[str, Any]:
    """Return `data` as the validator reads it."""
    return cast("dict[str, Any]", json.loads(json.dumps(data)))


def holders(schema: Data) -> list[frozenset[str]]:
    """Return the keys of every closed object in a schema."""
    found: list[frozenset[str]] = []
    if isinstance(schema, Mapping):
        properties = schema.get("properties")
        if isinstance(properties, Mapping):
            found.append(frozenset(properties))
        found += [keys for value in schema.values() for keys in holders(value)]
    elif isinstance(schema, list):
        found += [keys for value in schema for keys in holders(value)]
    return found


@pytest.mark.parametrize("kind", ["system", "checks"])
def test_the_schema_is_a_valid_one(words: Vocabulary, kind: str) -> None:
    schema = editor_schema(words, kind)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(plain(schema))


def test_another_kind_is_refused(words: Vocabulary) -> None:
    with pytest.raises(ValueError, match="only 'system' and 'checks'"):
        editor_schema(words, "other")


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        *(("system", keys) for keys in (grammar.SYSTEM, grammar.SERVICE, grammar.EDGE, grammar.SLA, grammar.RETRIES)),
        *(("system", keys) for keys in (grammar.BREAKER, grammar.PROBE, grammar.ENVIRONMENT, grammar.SECRET)),
        *(("checks", keys) for keys in (grammar.FILE, grammar.CHECK, grammar.USE, grammar.FRAGMENT, grammar.TOGETHER)),
    ],
    ids=lambda value: value.title if isinstance(value, Keys) else value,
)
def test_every_key_of_the_reader_is_in_the_schema(words: Vocabulary, kind: str, keys: Keys) -> None:
    assert frozenset(keys.by_name) in holders(plain(editor_schema(words, kind)))


def test_every_verb_field_facet_and_fault_is_in_the_schema() -> None:
    words = build_vocabulary(build_registry())
    schema = editor_schema(words, "checks")
    closed = holders(plain(schema))
    for technology in words.technologies:
        for verb in technology.verbs:
            step = {"name", "if", "expect", "save", "within", "fault", *(field.name for field in verb.fields)}
            for name in (verb.name, *verb.aliases):
                assert {name, *step} in closed or {name, "on", *step} in closed
            assert not verb.facets or {*(facet.name for facet in verb.facets), "within", "error"} in closed
    assert {"on", *(fault.name for fault in words.faults)} in closed
    for fault in words.faults:
        assert not fault.fields or any(keys >= {field.name for field in fault.fields} for keys in closed)


HEAD = "system: s\nservices: "
SYSTEMS = [
    HEAD + "{x: {run: serve}}\n",
    HEAD + "{x: {run: serve, ready: [GET /, {tcp: true}], uses: {db: URL}}, db: {technology: redis}}\n",
    HEAD + "{x: {run: serve, uses: [db]}, db: {technology: postgresql, version: 18, setup: a.sql}}\n",
    HEAD + "{x: {run: s, uses: {db: {timeout: 2s, sla: {p99: 500ms, error_rate: 0.1%}}}}, db: {technology: redis}}\n",
    HEAD + "{x: {run: s}}\nsecrets: [A, {B: {file: f}}]\n"
    "environments: {local: {}, ci: , prod: {read_only: true, x: 'http://x'}}\n",
    "services: {x: {run: serve}}\n",
    HEAD + "{x: {owner: me}}\n",
    HEAD + "{x: {run: serve, owenr: me}}\n",
    HEAD + "{x: {technology: nothing}}\n",
    HEAD + "{x: {run: serve, uses: {db: {when_broken: maybe}}}, db: {technology: redis}}\n",
    HEAD + "{x: {run: serve, start_timeout: soon}}\n",
    HEAD + "{x: {run: serve, job: maybe}}\n",
    HEAD + "{x: {run: serve}}\nextra: 1\n",
    HEAD + "[x]\n",
]


@pytest.mark.parametrize("text", SYSTEMS)
def test_editor_and_reader_agree_on_a_system(words: Vocabulary, system_of: ReadSystem, text: str) -> None:
    assert validator(words, "system").is_valid(plain(build(text, "x"))) == is_read(system_of, text)


CHECKS = [
    "on: orders\nchecks: [{name: a, http: GET /}]\n",
    "checks: [{name: a, scope: api, steps: [{http: /, on: orders, expect: {within: 3s}, save: {x: json}}]}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, retry: 2, within: 5s, each: [{x: 1}], tags: a, if: true}]\n",
    "on: orders\nchecks: [{name: a, fault: {on: orders -> payments, latency: 1s}, http: GET /}]\n",
    "on: orders\nchecks: [{name: a, fault: [{on: orders -> payments, http: {status: 503, first: 1}}], http: GET /}]\n",
    "on: orders\nchecks: [{name: a, fault: {on: orders -> orders-db, refuse: true}, http: GET /}]\n",
    "checks: [{name: a, steps: [{redis.set: k, value: 1, ttl: '{{ t }}', mode: new}, {redis.flush: }]}]\n",
    "on: orders\nchecks: [{name: a, steps: [{together: [{http: GET /}, {sql: select 1}]}, {restart: payments}]}]\n",
    "on: orders\nchecks: [{name: a, together: [{http: GET /}], isolation: clone}]\n",
    "inputs: [a]\nsteps: [{http: GET /, on: orders}]\noutputs: {a: b}\n",
    "on: orders\nchecks: [{name: a}]\n",
    "on: orders\nchecks: [{name: a, htpt: GET /}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, jsno: 1}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, expect: {sttus: 1}}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, retry: often}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, isolation: never}]\n",
    "on: orders\nscope: never\nchecks: [{name: a, http: GET /}]\n",
    "on: orders\nchecks: [{name: a, fault: {on: orders -> payments}, http: GET /}]\n",
    "on: orders\nchecks: [{name: a, fault: {on: orders -> payments, latency: soon}, http: GET /}]\n",
    "checks: [{name: a, steps: [{restart: orders, on: payments}]}]\n",
    "checks: [{name: a, redis.set: k}]\n",
    "checks: [{name: a, redis.set: k, value: 1, mode: old}]\n",
    "on: orders\nchecks: [{steps: [{http: GET /}]}]\n",
    "on: orders\nchecks: [{name: a, http: GET /, sql: select 1}]\n",
    "on: orders\ncheks: []\n",
    "steps: [{http: GET /}]\nouptuts: [a]\n",
]


@pytest.mark.parametrize("text", CHECKS)
def test_editor_and_reader_agree_on_checks(words: Vocabulary, checks_of: ReadChecks, text: str) -> None:
    assert validator(words, "checks").is_valid(plain(build(text, "x"))) == is_read(checks_of, text)


WRITTEN = (
    *("", "''", "5", "-1", "0", "true", "text", "[]", "{}", "[a]", "{a: 1}", "[[a]]", "5s", "50%", "'5'", "'1_0'"),
    *("'{{ x }}'", "['{{ x }}']", "'${X:-5}'", "'${X:-a}'", "orders"),
)
SERVED = "system: s\nservices: {x: {run: a, uses: {orders: {@}}}, orders: {technology: redis}}\n"
SERVICE = "system: s\nservices: {x: {run: a, @}, orders: {technology: redis}}\n"
CHECK = "on: orders\nchecks: [{name: a, http: GET /, @}]\n"
FORMS: list[tuple[str, Keys, str]] = [
    ("system", grammar.SERVICE, SERVICE),
    ("system", grammar.EDGE, SERVED),
    ("system", grammar.SLA, SERVED.replace("@", "sla: {@}")),
    ("system", grammar.RETRIES, SERVED.replace("@", "retries: {attempts: 1, @}")),
    ("system", grammar.BREAKER, SERVED.replace("@", "breaker: {opens_after: 1, @}")),
    ("system", grammar.PROBE, SERVICE.replace("@", "ready: {@}")),
    ("system", grammar.SYSTEM, "services: {orders: {run: a}}\n@\n"),
    ("system", grammar.ENVIRONMENT, SERVICE + "environments: {ci: {@}}\n"),
    ("checks", grammar.FILE, "on: orders\n@\nchecks: [{name: a, http: GET /}]\n"),
    ("checks", grammar.CHECK, CHECK),
    ("checks", grammar.STEP, "checks: [{name: a, steps: [{http: GET /, on: orders, @}]}]\n"),
    ("checks", grammar.FRAGMENT, "steps: [{http: GET /, on: orders}]\n@\n"),
]
UNSAYABLE = (
    r"there is no (service|check|file|edge)|no (other )?service|is no name|uses itself|needs each other|need each other"
    r"|cannot be a template|no check can end|nothing is ready within|to save$"
)


@pytest.mark.parametrize(
    ("kind", "form", "word"),
    [
        pytest.param(kind, form, word, id=f"{keys.title}-{word.name}")
        for kind, keys, form in FORMS
        for word in keys.words
        if f"{word.name}: " not in form
    ],
)
def test_editor_and_reader_agree_on_whatever_stands_behind_a_word(
    words: Vocabulary, system_of: ReadSystem, checks_of: ReadChecks, kind: str, form: str, word: Word
) -> None:
    editor = validator(words, kind)
    for written in WRITTEN:
        text = form.replace("@", f"{word.name}: {written}")
        told = mistakes_of(system_of if kind == "system" else checks_of, text)
        is_valid = editor.is_valid(plain(build(text, "x")))
        if not told:
            assert is_valid, f"the editor refuses what is read: {text}"
        elif "${" not in written and not any(re.search(UNSAYABLE, what) for what in told):
            assert not is_valid, f"the editor accepts what is refused: {text}: {told}"


def mistakes_of(read: Callable[..., object], text: str) -> list[str]:
    try:
        read(text)
    except SuiteError as wrong:
        return [problem.what for problem in wrong.problems]
    return []


def is_read(read: Callable[..., object], text: str) -> bool:
    return not mistakes_of(read, text)


def test_the_shop_is_valid_for_the_real_words() -> None:
    words = build_vocabulary(build_registry())
    shop = Path(__file__).parents[2] / "examples/shop"
    assert validator(words, "system").is_valid(plain(build((shop / "dovetail.yaml").read_text(), "x")))
    checks = validator(words, "checks")
    for path in (shop / "tests/integration").rglob("*.yaml"):
        assert checks.is_valid(plain(build(path.read_text(), "x"))), path


def test_every_word_of_a_technology_is_of_a_known_kind() -> None:
    words = build_vocabulary(build_registry())
    verbs = [verb for technology in words.technologies for verb in technology.verbs]
    used = [word for verb in verbs for word in (verb.subject, *verb.fields, *verb.facets)]
    used += [word for fault in words.faults for word in (*fault.fields, *((fault.value,) if fault.value else ()))]
    used += [word for technology in words.technologies for word in technology.settings]
    assert {word.kind for word in used} <= KINDS.keys()


def test_every_example_of_a_verb_holds_only_its_keys() -> None:
    lexicon = Lexicon(build_vocabulary(build_registry()))
    for word, meanings in lexicon.verbs.items():
        for meaning in meanings:
            step = build(meaning.verb.example, word)
            assert isinstance(step, dict)
            assert step, f"{word} has no example"
            assert step.keys() <= meaning.keys, word
