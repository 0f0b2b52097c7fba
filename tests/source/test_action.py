from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.errors import Problem
from dovetail.model.check import Fragment, Step, Suite, Together

Write = Callable[[str, str], Path]
ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]
LOGIN = """\
inputs: {role: user, password: }
steps:
  - http: POST /login
    save: {session: json.token}
outputs: {token: session}
"""


def using(use: str, on: str = "orders") -> str:
    return f"on: {on}\nchecks:\n  - name: a\n    steps:\n      - {use}\n      - http: GET /\n"


def test_steps_that_start_together_are_kept_together(checks_of: ReadChecks) -> None:
    (check,) = checks_of(using("together: [{http: GET /a}, {http: GET /b}]")).checks
    both, _ = check.actions
    assert isinstance(both, Together)
    assert [step.subject for step in both.steps] == ["GET /a", "GET /b"]
    assert both.place.line == 5


@pytest.mark.parametrize(
    "beside", ["fragments/login.yaml", "tests/integration/fragments/login.yaml", "tests/integration/login.yaml"]
)
def test_a_fragment_is_found_beside_the_file_or_from_the_root(write: Write, checks_of: ReadChecks, beside: str) -> None:
    write(beside, LOGIN)
    name = "login.yaml" if beside.endswith("integration/login.yaml") else "fragments/login.yaml"
    (check,) = checks_of(using(f"{{use: {name}, with: {{password: x}}, save: {{t: token}}}}")).checks
    fragment, _ = check.actions
    assert isinstance(fragment, Fragment)
    assert fragment.name == "login"
    assert fragment.inputs == {"role": "user", "password": "x"}
    assert fragment.outputs == {"t": "session"}
    (step,) = fragment.actions
    assert isinstance(step, Step)
    assert (step.on, step.place.line) == ("orders", 3)
    assert step.place.file.endswith(beside)


def test_a_fragment_speaks_to_its_own_service_or_to_its_users(write: Write, checks_of: ReadChecks) -> None:
    write("tests/integration/f/own.yaml", "on: payments\nsteps: [{http: GET /}]\n")
    write("tests/integration/f/any.yaml", "steps: [{http: GET /}]\n")
    text = (
        "checks:\n  - {name: a, on: orders, steps: [{use: f/own.yaml}, {use: f/any.yaml}]}\n"
        "  - {name: b, on: stripe, steps: [{use: f/any.yaml}]}\n"
    )
    spoken = [
        step.on
        for check in checks_of(text).checks
        for action in check.actions
        if isinstance(action, Fragment)
        for step in action.actions
        if isinstance(step, Step)
    ]
    assert spoken == ["payments", "orders", "stripe"]


def test_variables_are_filled_in_a_fragment_too(write: Write, checks_of: ReadChecks) -> None:
    write("tests/integration/f/login.yaml", "steps: [{http: 'GET /${AREA}'}]\n")
    (check,) = checks_of(using("use: f/login.yaml"), {"AREA": "north"}).checks
    fragment = check.actions[0]
    assert isinstance(fragment, Fragment)
    step = fragment.actions[0]
    assert isinstance(step, Step)
    assert step.subject == "GET /north"


@pytest.mark.parametrize(
    ("use", "what", "now"),
    [
        ("use: login.yml", "there is no file `login.yml`", "did you mean `login.yaml`?"),
        (f"use: {'x' * 5000}", f"there is no file `{'x' * 39}…`", "known here"),
        ("use: ''", "`use` is empty", "the file of steps"),
        (
            "{use: login.yaml, with: {pasword: x, password: y}}",
            "login.yaml takes no input `pasword`",
            "did you mean `password`?",
        ),
        ("use: login.yaml", "login.yaml lacks its input `password`", "with: {password: …}"),
        (
            "{use: login.yaml, with: {password: x}, save: {t: tokn}}",
            "login.yaml hands out no `tokn`",
            "did you mean `token`?",
        ),
        ("{use: login.yaml, with: {password: x}, sav: {}}", "a use has no key `sav`", "did you mean `save`?"),
        ("together:", "`together` is empty", "a list of steps"),
        ("together: GET /", "`together` wants a list of steps, got `GET /`", "same moment"),
        ("together: []", "`together` has no steps", "same moment"),
        ("together: [{together: [{http: GET /}]}]", "only single steps can start together", "write the steps out"),
        ("{together: [{http: GET /}], within: 5s}", "steps that start together has no key `within`", "together"),
    ],
)
def test_a_wrong_use_stands_under_its_line(
    write: Write, checks_of: ReadChecks, problems_of: ProblemsOf, use: str, what: str, now: str
) -> None:
    write("tests/integration/login.yaml", LOGIN)
    (problem,) = problems_of(checks_of, using(use))
    assert (problem.what, problem.line) == (what, 5)
    assert now in problem.now


def test_a_mistake_in_a_fragment_is_told_once_under_its_own_line(
    write: Write, checks_of: ReadChecks, problems_of: ProblemsOf
) -> None:
    write("tests/integration/f.yaml", "steps:\n  - http: GET /\n    jsno: {}\n")
    (problem,) = problems_of(checks_of, using("use: f.yaml") + "      - use: f.yaml\n")
    assert (problem.what, problem.line) == ("`http` has no key `jsno`", 3)
    assert problem.file.endswith("f.yaml")


def test_fragments_that_use_each_other_are_a_mistake(
    write: Write, checks_of: ReadChecks, problems_of: ProblemsOf
) -> None:
    write("tests/integration/f1.yaml", "steps: [{use: f2.yaml}]\n")
    write("tests/integration/f2.yaml", "steps: [{use: f1.yaml}]\n")
    (problem,) = problems_of(checks_of, using("use: f1.yaml"))
    assert problem.what.startswith("fragments use each other: ")
    assert problem.what.count("f1.yaml") == 2


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- a\n", "a fragment is a map"),
        ("a: [\n", "a value is expected here"),
        ("steps: []\n", "this fragment has no steps"),
        ("steps:\n", "`steps` is empty"),
        ("outputs: [a]\n", "the fragment fragments/f.yaml lacks `steps`"),
    ],
)
def test_a_broken_fragment_is_told_once_under_its_first_line(
    write: Write, checks_of: ReadChecks, problems_of: ProblemsOf, text: str, what: str
) -> None:
    write("fragments/f.yaml", text)
    problems = problems_of(checks_of, using("use: fragments/f.yaml"))
    assert [(problem.what, problem.line) for problem in problems] == [(what, 1)]
