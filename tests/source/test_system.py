from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.errors import Problem
from dovetail.model.system import System
from dovetail.model.vocabulary import Vocabulary
from dovetail.source.system import read_system

Write = Callable[[str, str], Path]
ReadSystem = Callable[..., System]
ProblemsOf = Callable[..., list[Problem]]
ONE = "system: s\nservices: {x: {run: serve}}\n"


def test_a_system_knows_where_it_stands(write: Write, words: Vocabulary, tmp_path: Path) -> None:
    system = read_system(write("dovetail.yaml", ONE), words, {})
    assert (system.name, system.folder, system.file) == ("s", str(tmp_path), str(tmp_path / "dovetail.yaml"))


def test_defaults_and_variables_are_read(system_of: ReadSystem) -> None:
    system = system_of(ONE + 'defaults: {timeout: "${T:-30s}", retry: 2}\n', {"T": "5s"})
    assert system.defaults == {"timeout": "5s", "retry": 2}


def test_secrets_fill_variables_and_are_kept_apart_for_masking(write: Write, system_of: ReadSystem) -> None:
    write("token.txt", "t0p-secret\n")
    system = system_of(
        "system: s\nservices: {x: {run: serve, environment: {T: '${TOKEN}'}}}\n"
        "secrets: [ABSENT, {TOKEN: {file: token.txt}}]\n"
    )
    assert system.secrets == ("ABSENT", "TOKEN")
    assert system.secret_values == {"TOKEN": "t0p-secret"}
    assert system.services[0].environment == {"T": "t0p-secret"}


def test_a_missing_variable_stands_under_its_line(system_of: ReadSystem, problems_of: ProblemsOf) -> None:
    text = "system: s\nservices:\n  x:\n    run: serve ${PROT}\n"
    (problem,) = problems_of(system_of, text, {"PORT": "1"})
    assert (problem.what, problem.line, problem.column) == ("the variable `PROT` is not set", 4, 10)
    assert "did you mean `PORT`?" in problem.now


def test_services_that_wait_in_a_circle_are_named_with_the_way_out(
    system_of: ReadSystem, problems_of: ProblemsOf
) -> None:
    circle = "system: s\nservices:\n  a: {run: x, uses: [b]}\n  b: {run: x, uses: {c: C}}\n  c: {run: x, uses: [a]}\n"
    (problem,) = problems_of(system_of, circle)
    assert problem.what.startswith("services wait for each other: ")
    assert problem.what.count("waits for") == 3
    assert "wait: false" in problem.now
    assert problem.line in (3, 4, 5)
    assert system_of(circle.replace("{c: C}", "{c: {wait: false}}")).edges["b -> c"].is_awaited is False


def test_a_circle_through_after_is_found_too(system_of: ReadSystem, problems_of: ProblemsOf) -> None:
    text = "system: s\nservices:\n  a: {run: x, after: b}\n  b: {run: x, after: a}\n"
    (problem,) = problems_of(system_of, text)
    assert "from `after`" in problem.now


def test_all_mistakes_of_the_file_are_told_together(system_of: ReadSystem, problems_of: ProblemsOf) -> None:
    problems = problems_of(
        system_of, "services:\n  a: {run: x, uses: [b]}\n  c: {technology: mongo}\ngates: {}\nextra: 1\n"
    )
    assert [problem.what for problem in problems] == [
        "the system lacks `system`",
        "a uses `b`, which is no service",
        "the technology `mongo` is not known",
        "`gates` is not built yet",
        "the system has no key `extra`",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a\n", "this file holds a list"),
        ("", "this file is empty"),
        ("system: s\n", "the system lacks `services`"),
        ("system: s\nservices: {}\n", "there is no service"),
        ("system: s\nservices: [a]\n", "`services` wants a map of services by name, got a list"),
        ("system: s\nservices:\n", "`services` is empty"),
    ],
)
def test_a_file_without_services_is_no_system(
    system_of: ReadSystem, problems_of: ProblemsOf, text: str, what: str
) -> None:
    assert what in [problem.what for problem in problems_of(system_of, text)]


def test_what_is_repeated_in_several_parts_is_filled_once(system_of: ReadSystem) -> None:
    text = "system: s\nservices: {x: {run: y, setup: &s ['$${A}', '${A}']}}\ndefaults: {tags: *s}\n"
    system = system_of(text, {"A": "b"})
    assert (system.services[0].setup, system.defaults["tags"]) == (("${A}", "b"), ["${A}", "b"])
