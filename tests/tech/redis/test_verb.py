"""Claims about what verbs do, told without a server; what they answer is told with the session."""

import pytest

from dovetail.errors import SuiteError
from dovetail.model.data import Data
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act
from dovetail.tech.redis.sheet import SHEET
from dovetail.tech.redis.verb import TRADES, describe, effect_of, summarize, to_command


@pytest.mark.parametrize(
    ("verb", "subject", "effect"),
    [
        ("redis.get", "x", Effect.READS),
        ("redis.subscribe", "x", Effect.READS),
        ("redis.set", "x", Effect.WRITES),
        ("redis.publish", "x", Effect.WRITES),
        ("redis.command", "lrange queue 0 -1", Effect.READS),
        ("redis.command", ["GET", "{{ key }}"], Effect.READS),
        ("redis.command", "LPUSH queue x", Effect.WRITES),
        ("redis.command", ["EVAL", "return 1", 0], Effect.WRITES),
        ("redis.command", "FLUSHALL", Effect.DISTURBS),
        ("redis.command", ["config", "set", "maxmemory", 1], Effect.DISTURBS),
    ],
)
def test_the_effect_is_told_from_the_words_alone(verb: str, subject: Data, effect: Effect) -> None:
    assert effect_of(Act(verb, subject)) is effect


@pytest.mark.parametrize(
    ("subject", "words"),
    [("SET k 'two words'", ["SET", "k", "two words"]), (["SET", "k", {"a": 1}], ["SET", "k", '{"a": 1}'])],
)
def test_a_command_is_a_list_or_a_line(subject: Data, words: list[str]) -> None:
    assert to_command(subject) == words


@pytest.mark.parametrize("subject", ["", "SET 'k", []])
def test_a_command_without_words_is_refused(subject: Data) -> None:
    with pytest.raises(SuiteError):
        to_command(subject)


def test_a_step_is_told_as_its_command_would_be_typed() -> None:
    assert describe(Act("redis.set", "k", {"value": {"a": 1}})) == 'SET k {"a": 1}'
    assert describe(Act("redis.del", ["a", "b"])) == "DEL a b"
    assert describe(Act("redis.command", "GET\n k")) == "GET k"
    assert summarize({"value": None}) == "null"
    assert summarize({"value": "x" * 1000}).endswith("x…")


def test_every_verb_of_the_sheet_is_known() -> None:
    assert {verb.name for verb in SHEET.verbs} == {*TRADES, "redis.subscribe"}
