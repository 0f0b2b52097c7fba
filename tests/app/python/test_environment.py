import asyncio
from collections.abc import Callable
from copy import copy
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from dovetail import Environment
from dovetail.app.python.environment import find_verb
from dovetail.errors import UsageError

Begin = Callable[[str], tuple[Any, Any]]


def test_an_edge_is_counted_from_the_moment_it_is_taken(letters: Environment) -> None:
    letters.http("sorter").post("/letters", json={})
    edge = letters.edge("sorter->postbox")
    letters.http("sorter").post("/letters", json={})
    assert edge.calls == 1
    assert repr(edge) == "edge('sorter -> postbox')"


def test_an_edge_that_is_named_again_is_counted_from_the_first_time(letters: Environment) -> None:
    letters.edge("sorter -> postbox").fault(latency="1ms").start()
    letters.http("sorter").post("/letters", json={})
    assert letters.edge("sorter -> postbox").calls == 1


def test_an_edge_that_is_taken_only_to_be_counted_gives_no_number_that_is_too_small(letters: Environment) -> None:
    letters.http("sorter").post("/letters", json={})
    with pytest.raises(UsageError, match=r"sorter -> postbox was taken.*\n.*take it before you act"):
        _ = letters.edge("sorter -> postbox").calls


def test_an_answer_that_is_judged_after_the_edge_was_taken_is_no_word_that_was_said_since(
    letters: Environment,
) -> None:
    answer = letters.http("sorter").post("/letters", json={})
    edge = letters.edge("sorter -> postbox")
    answer.expect(status=202)
    with pytest.raises(UsageError, match="take it before you act"):
        _ = edge.calls
    answer.expect(status=202, within="5s")
    letters.http("sorter").post("/letters", json={})
    assert edge.calls == 1


def test_an_edge_that_something_crossed_without_a_word_of_the_check_is_counted(letters: Environment) -> None:
    letters.http("sorter").post("/letters", json={})
    edge = letters.edge("sorter -> postbox")
    line = HTTPConnection(letters.address("sorter").partition("//")[2], timeout=10)
    line.request("POST", "/letters", "{}", {"content-type": "application/json"})
    assert line.getresponse().status == 202
    line.close()
    assert edge.calls == 1


def test_an_edge_that_nothing_crossed_since_the_check_began_is_counted_whenever_it_is_taken(
    letters: Environment,
) -> None:
    letters.http("sorter").get("/health")
    assert letters.edge("sorter -> postbox").calls == 0


def test_a_fault_ends_with_its_block(letters: Environment) -> None:
    with letters.edge("sorter -> postbox").fault(http=503):
        letters.http("sorter").post("/letters", json={}).expect(status=503)
    letters.http("sorter").post("/letters", json={}).expect(status=202)


def test_faults_on_one_edge_can_be_nested(letters: Environment) -> None:
    edge = letters.edge("sorter -> postbox")
    with edge.fault(latency="30ms"), edge.fault(http={"status": 503, "first": 1}):
        letters.http("sorter").post("/letters", json={}).expect(status=503)
        letters.http("sorter").post("/letters", json={}).expect(status=202)


def test_a_service_is_steered_and_read(letters: Environment) -> None:
    service = letters.service("sorter")
    assert service.address == letters.address("sorter")
    service.restart()
    letters.http("sorter").get("/health").expect(status=200)
    assert any("GET /health" in line for line in service.logs)


def test_a_paused_service_answers_nothing_until_it_is_resumed(letters: Environment) -> None:
    service = letters.service("postbox")
    service.pause()
    letters.http("sorter").post("/letters", json={}).expect(status=503)
    service.resume()
    letters.http("sorter").post("/letters", json={}).expect(status=202, within="5s")


def test_a_killed_service_is_gone_until_it_is_restarted(letters: Environment) -> None:
    service = letters.service("postbox")
    service.kill()
    letters.http("postbox").get("/health").expect(error={"kind": "refused"})
    service.restart()
    letters.http("postbox").get("/health").expect(status=200)


def test_an_async_test_awaits_a_restart_too(letters: Environment) -> None:
    async def restart() -> None:
        await letters.service("sorter").restart()
        await letters.http("sorter").get("/health").expect(status=200)

    asyncio.run(restart())


def test_every_technology_and_every_alias_of_a_verb_is_a_word(letters: Environment) -> None:
    assert all(callable(getattr(letters, word)) for word in ("kafka", "sql", "http"))


def test_an_environment_may_be_copied(letters: Environment) -> None:
    copied = copy(letters)
    copied.http("sorter").get("/health").expect(status=200)


@pytest.mark.parametrize(
    ("technology", "word", "found"),
    [
        ("http", "get", ("http.request", "GET ")),
        ("http", "http", ("http.request", "")),
        ("kafka", "consume", ("kafka.consume", "")),
        ("postgres", "query", ("postgres.query", "")),
    ],
)
def test_a_method_is_a_verbs_last_word_its_alias_or_what_stands_before_its_subject(
    begin: Begin, technology: str, word: str, found: tuple[str, str]
) -> None:
    _, check = begin("speaks")
    verb, prefix = find_verb(check.hand.lexicon, (technology, ""), word)
    assert (verb.name, prefix) == found


@pytest.mark.parametrize(
    ("speak", "nearest"),
    [
        (lambda shop: shop.http("sorterr"), "sorter"),
        (lambda shop: shop.service("postbx"), "postbox"),
        (lambda shop: shop.edge("sorter -> postbx"), "sorter -> postbox"),
    ],
)
def test_an_unknown_name_tells_the_nearest_one(letters: Environment, speak: object, nearest: str) -> None:
    assert callable(speak)
    with pytest.raises(UsageError, match=nearest):
        speak(letters)


@pytest.mark.parametrize("word", ["expect", "fault", "if", "on", "save"])
def test_a_word_that_would_be_left_out_without_a_sound_is_refused(letters: Environment, word: str) -> None:
    words: dict[str, Any] = {word: {"status": 500}}
    with pytest.raises(UsageError, match=f"`{word}` is no word of a question asked in Python") as told:
        letters.http("sorter").get("/health", **words)
    assert Path(told.value.problems[0].file).name == Path(__file__).name


@pytest.mark.parametrize(
    ("speak", "nearest"),
    [
        (lambda shop: shop.htp("sorter"), "http"),
        (lambda shop: shop.http("sorter").psot("/"), "post"),
        (lambda shop: shop.unique.emial, "email"),
    ],
)
def test_an_unknown_word_tells_the_nearest_one(letters: Environment, speak: object, nearest: str) -> None:
    assert callable(speak)
    with pytest.raises(AttributeError, match=nearest):
        speak(letters)


def test_unique_values_are_the_checks_own(letters: Environment) -> None:
    assert letters.unique.email == letters.unique.email
    assert letters.unique.email != letters.unique.email_2
