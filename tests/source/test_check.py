from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.check import Isolation, Step, Suite
from dovetail.source.check import slug

ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]


def test_everything_a_check_says_is_read(checks_of: ReadChecks) -> None:
    (check,) = checks_of("""\
scope: api
on: orders
tags: [all]
checks:
  - name: an order is created
    scope: database
    on: payments
    tags: critical
    fault: {on: orders -> payments, latency: 1s}
    isolation: clone
    locks: [orders]
    retry: 2
    timeout: 1m
    if: "{{ ready }}"
    skip: not yet
    steps:
      - http: GET /
    finally:
      - http: DELETE /
        on: orders
""").checks
    assert (check.id, check.name, check.scope) == ("orders/an-order-is-created", "an order is created", "database")
    assert (check.tags, check.locks, check.isolation) == (("all", "critical"), ("orders",), Isolation.CLONE)
    assert (check.retry, check.timeout, check.condition, check.skip) == (2, 60.0, "{{ ready }}", "not yet")
    assert [fault.edge for fault in check.faults] == ["orders -> payments"]
    (step,), (undo,) = check.actions, check.cleanup
    assert isinstance(step, Step)
    assert isinstance(undo, Step)
    assert (step.on, undo.on, undo.subject) == ("payments", "orders", "DELETE /")
    assert check.place.line == 5


def test_a_check_of_one_step_needs_no_list_and_no_name(checks_of: ReadChecks) -> None:
    (check,) = checks_of(
        "on: orders\nchecks:\n  - http: GET /health\n    expect: {status: 200}\n    within: 5s\n    retry: 1\n"
    ).checks
    (step,) = check.actions
    assert isinstance(step, Step)
    assert (check.name, check.retry) == ("http GET /health", 1)
    assert (step.subject, step.expect, step.within) == ("GET /health", {"status": 200}, 5.0)


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("{json: {a: 1}, on: orders, http: POST /}", "http POST /"),
        ("{redis.set: 5, value: 1}", "redis.set 5"),
        (f"{{http: 'GET /{'x' * 90}', on: orders}}", f"http GET /{'x' * 50}"),
    ],
)
def test_a_check_without_a_name_is_called_by_its_verb(checks_of: ReadChecks, step: str, name: str) -> None:
    (check,) = checks_of(f"checks: [{step}]\n").checks
    assert check.name == name


@pytest.mark.parametrize(
    ("file", "scope"),
    [("database", "database"), ("cache__deep", "cache"), ("nothing", "services"), ("api__cache", "cache")],
)
def test_without_a_scope_the_name_of_the_file_says_it(checks_of: ReadChecks, file: str, scope: str) -> None:
    suite = checks_of("inputs: []\nsteps: []\n", **{file: "checks: [{name: a, http: GET /, on: orders}]\n"})
    assert [check.scope for check in suite.checks] == [scope]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("An order: is created!", "an-order-is-created"),
        ("Größe  zählt", "grösse-zählt"),
        ("!!!", "check"),
        ("a_b", "a-b"),
    ],
)
def test_a_name_becomes_a_slug(name: str, written: str) -> None:
    assert slug(name) == written


def test_names_with_one_slug_get_ids_of_their_own(checks_of: ReadChecks) -> None:
    suite = checks_of("on: orders\nchecks: [{name: a b, http: GET /}, {name: a-b, http: GET /}]\n")
    assert [check.id for check in suite.checks] == ["orders/a-b", "orders/a-b-2"]


@pytest.mark.parametrize(
    ("check", "what", "now"),
    [
        ("{name: a}", "this check has no steps", "steps:"),
        ("{name: a, steps: []}", "this check has no steps", "list what it does"),
        ("{name: a, steps: }", "`steps` is empty", "a list of steps"),
        ("{name: a, steps: {http: GET /}}", "`steps` wants a list of steps, got a map", "in order"),
        ("{steps: [{http: GET /}]}", "this check lacks `name`", "claim"),
        ("{name: a, http: GET /, steps: [{http: GET /}]}", "`http` stands beside `steps`", "make it a step"),
        ("{name: a, use: f.yaml, steps: [{http: GET /}]}", "`use` stands beside `steps`", "make it a step"),
        ("{name: a, stpes: [], steps: [{http: GET /}]}", "a check has no key `stpes`", "did you mean `steps`?"),
        ("{name: a, sessions: [], steps: [{http: GET /}]}", "`sessions` is not built yet", "leave it out"),
        ("{name: a, stepz: [{http: GET /}]}", "a check has no key `stepz`", "did you mean `steps`?"),
        ("{name: a, neds: [b], http: GET /}", "a check has no key `neds`", "did you mean `needs`?"),
        ("{name: a, htpp: GET /}", "there is no verb `htpp`", "did you mean `http`?"),
        ("{name: a, data: [], http: GET /}", "`http` has no key `data`", ""),
        ("{name: a, http: GET /, isolation: 1}", "`isolation` cannot be `1`", "known here: auto"),
        ("{name: a, http: GET /, isolation: '{{ x }}'}", "`isolation` cannot be a template", "write it out"),
        ("{name: a, steps: '{{ x }}'}", "`steps` cannot be a template", "write it out"),
        ("{name: a, http: GET /, isolation: colne}", "`isolation` cannot be `colne`", "did you mean `clone`?"),
        ("{name: a, http: GET /, scope: ''}", "there is no scope ``", "known here: api"),
        ("{name: a, http: GET /, scope: databse}", "there is no scope `databse`", "did you mean `database`?"),
        ("{name: a, http: GET /, on: ordres}", "there is no service `ordres`", "did you mean `orders`?"),
        ("{name: a, http: GET /, skip: true}", "`skip` wants text, got true", "why it is not run"),
        ("{name: a, http: GET /, retry: -1}", "`retry` wants a whole number, got -1", ""),
        ("{name: a, http: GET /, timeout: 0s}", "no check can end within 0 s", "leave `timeout` out"),
        ("{name: a, http: GET /, timeout: long}", "`timeout` wants a duration, got `long`", "2s"),
        ("{name: a, http: GET /, finally: {}}", "`finally` wants a list of steps, got a map", ""),
        ("{name: a, battery: postgres}", "`battery` is not built yet", "leave it out"),
        ("later", "a check wants a map, got `later`", "- name:"),
    ],
)
def test_a_wrong_check_stands_under_its_line(
    checks_of: ReadChecks, problems_of: ProblemsOf, check: str, what: str, now: str
) -> None:
    (problem,) = problems_of(checks_of, f"on: orders\nchecks:\n  - {check}\n")
    assert (problem.what, problem.line) == (what, 3)
    assert now in problem.now


def test_a_file_without_a_single_check_is_a_mistake(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(
        checks_of, "on: orders\nchecks: []\n", second="checks: [{name: a, http: GET /, on: orders}]"
    )
    assert (problem.what, problem.line) == ("this file has no checks", 2)


def test_two_checks_of_one_name_are_a_mistake(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    text = "on: orders\nchecks:\n  - {name: a, http: GET /}\n  - {name: a, http: GET /}\n"
    (problem,) = problems_of(checks_of, text)
    assert (problem.what, problem.line, problem.column) == ("two checks are called `a`", 4, 12)
