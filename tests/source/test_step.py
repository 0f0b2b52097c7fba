from collections.abc import Callable

import pytest

from dovetail.errors import Problem
from dovetail.model.check import Step, Suite
from dovetail.model.data import Table, locate

ReadChecks = Callable[..., Suite]
ProblemsOf = Callable[..., list[Problem]]


def one_step(step: str, on: str = "orders") -> str:
    lines = "\n".join(f"        {line}" for line in step.splitlines()).strip()
    return f"on: {on}\nchecks:\n  - name: a\n    steps:\n      - {lines}\n"


def step_of(suite: Suite) -> Step:
    (check,) = suite.checks
    (step,) = check.actions
    assert isinstance(step, Step)
    return step


def test_everything_a_step_says_is_read(checks_of: ReadChecks) -> None:
    step = step_of(
        checks_of(
            one_step(
                "http: POST /orders\njson: {id: 1}\nheaders: {a: b}\nfollow_redirects: true\n"
                "expect: {status: 201, json: {id: <uuid>}, within: 3s}\nsave: {order: json.id}\nwithin: 500ms\n"
                "name: order it\nif: '{{ ready }}'\nfault: {on: orders -> payments, latency: 1s}"
            )
        )
    )
    assert (step.verb, step.on, step.subject) == ("http.request", "orders", "POST /orders")
    assert step.fields == {"json": {"id": 1}, "headers": {"a": "b"}, "follow_redirects": True}
    assert step.expect == {"status": 201, "json": {"id": "<uuid>"}, "within": 3.0}
    assert (step.save, step.within, step.name, step.condition) == ({"order": "json.id"}, 0.5, "order it", "{{ ready }}")
    assert [fault.kind for fault in step.faults] == ["latency"]
    assert step.place.line == 5


def test_expectations_and_fields_know_where_they_stand(checks_of: ReadChecks) -> None:
    step = step_of(checks_of(one_step("http: POST /\njson: {a: [1, 2]}\nexpect:\n  within: 3s\n  json:\n    id: 5")))
    assert isinstance(step.expect, Table)
    place = locate(step.expect, ("json", "id"))
    assert place is not None
    assert (place.line, place.column) == (10, 13)
    field = locate(step.fields, ("json", "a", 1))
    assert field is not None
    assert field.line == 6


@pytest.mark.parametrize(
    ("step", "on", "verb", "chosen"),
    [
        ("http: GET /", "orders", "http.request", "orders"),
        ("http: GET /\non: payments", "orders", "http.request", "payments"),
        ("sql: select 1", "orders-db", "postgres.query", "orders-db"),
        ("sql: select 1", "orders", "postgres.query", "orders-db"),
        ("postgres.query: select 1\non: orders-db", "orders", "postgres.query", "orders-db"),
        ("redis.set: k\nvalue: 1", "orders", "redis.set", "cache"),
        ("http: GET /\non: stripe", "orders", "http.request", "stripe"),
        ("restart: payments", "orders", "restart", ""),
        ("called: orders->payments", "orders", "called", ""),
    ],
)
def test_the_verb_is_understood_by_the_service_it_is_done_on(
    checks_of: ReadChecks, step: str, on: str, verb: str, chosen: str
) -> None:
    read = step_of(checks_of(one_step(step, on)))
    assert (read.verb, read.on) == (verb, chosen)


def test_values_are_converted_as_their_words_want(checks_of: ReadChecks) -> None:
    step = step_of(checks_of(one_step("redis.set: 42\nvalue: 1\nttl: 1m\nlimit: 64k\nmode: new")))
    assert step.subject == "42"
    assert step.fields == {"value": 1, "ttl": 60.0, "limit": 64_000, "mode": "new"}


def test_a_number_for_a_statement_is_read_as_it_is_written(checks_of: ReadChecks) -> None:
    assert step_of(checks_of(one_step("sql: 1.10\non: orders-db"))).subject == "1.10"


def test_templates_stay_as_written(checks_of: ReadChecks) -> None:
    step = step_of(checks_of(one_step('redis.set: "{{ key }}"\nvalue: 1\nttl: "{{ ttl }}"\nmode: "{{ mode }}"')))
    assert (step.subject, step.fields["ttl"], step.fields["mode"]) == ("{{ key }}", "{{ ttl }}", "{{ mode }}")


def test_a_subject_that_is_not_needed_can_be_left_empty(checks_of: ReadChecks) -> None:
    assert step_of(checks_of(one_step("redis.flush:"))).subject is None


def test_an_edge_that_is_counted_has_one_spelling(checks_of: ReadChecks) -> None:
    assert step_of(checks_of(one_step("called: orders->payments"))).subject == "orders -> payments"
    assert step_of(checks_of(one_step("called: {on: orders->payments, times: 1}"))).subject == {
        "on": "orders -> payments",
        "times": 1,
    }


@pytest.mark.parametrize(
    ("step", "what", "now", "line"),
    [
        ("htpt: GET /", "there is no verb `htpt`", "did you mean `http`?", 5),
        ("http: GET /\njsno: {}", "`http` has no key `jsno`", "did you mean `json`?", 6),
        ("http: GET /\nsql: select 1", "a step has one verb, this has `http` and `sql`", "two steps", 6),
        ("http: GET /\non: ordres", "there is no service `ordres`", "did you mean `orders`?", 6),
        ("sql: select 1\non: cache", "`sql` needs mysql or postgres, but cache speaks redis", "orders-db", 6),
        ("http: GET /\nsave: {x: '[0]'}", "an answer to `http.request` has no `[0]` to save", "known here", 6),
        ("http: GET /\non: cache", "`http` needs http, but cache speaks redis", "orders, payments, stripe", 6),
        ("http: ", "`http` is empty", "text", 5),
        ("http: ''", "`http` is empty", "method and path", 5),
        ("http: [a]", "`http` wants text, got a list", "method and path", 5),
        ("http: GET /\nheaders: text", "`headers` wants a map, got `text`", "headers by name", 6),
        ("http: GET /\nfollow_redirects: 5", "`follow_redirects` wants true or false, got 5", "go on", 6),
        (
            "http: GET /\nexpect: {sttus: 200}",
            "an answer to `http.request` has no `sttus`",
            "did you mean `status`?",
            6,
        ),
        ("http: GET /\nexpect: 200", "`expect` wants a map, got 200", "hold", 6),
        ("http: GET /\nexpect: {within: soon}", "`within` wants a duration, got `soon`", "200ms", 6),
        (
            "http: GET /\nsave: {x: jsn.id}",
            "an answer to `http.request` has no `jsn` to save",
            "did you mean `json`?",
            6,
        ),
        ("http: GET /\nsave: order", "`save` wants a map of names to texts, got `order`", "json.id", 6),
        ("http: GET /\nwithin: soon", "`within` wants a duration, got `soon`", "2s", 6),
        ('http: GET /\nexpect: "{{ e }}"', "`expect` cannot be a template", "write it out", 6),
        ('http: GET /\nsave: "{{ s }}"', "`save` cannot be a template", "write it out", 6),
        ('http: GET /\nwithin: "{{ w }}"', "`within` cannot be a template", "for example 200ms", 6),
        ("redis.set: k", "`redis.set` lacks `value`", "the value", 5),
        ("redis.set: k\nvalue: 1\nmode: 2", "`mode` cannot be `2`", "known here: always, new", 7),
        ("redis.set: k\nvalue: 1\nmode: nwe", "`mode` cannot be `nwe`", "did you mean `new`?", 7),
        ("restart: payments\non: orders", "`restart` has no key `on`", "known here", 6),
        ("restart: orders -> payments", "`orders -> payments` is no service", "did you mean `payments`?", 5),
        ("restart: paymnets", "`paymnets` is no service", "did you mean `payments`?", 5),
        (
            "called: orders -> ordersdb",
            "`orders -> ordersdb` is neither an edge nor a service",
            "orders -> orders-db",
            5,
        ),
        (
            "called: orders -> cache",
            "orders -> cache is direct: nothing stands on it that could count its calls",
            "",
            5,
        ),
        ("called: {on: strpe}", "`strpe` is neither an edge nor a service", "did you mean `stripe`?", 5),
        ("graphql: '{ me }'", "`graphql` is not built yet", "leave it out", 5),
        ("name: nothing", "this step does nothing", "verb", 5),
        ("GET /", "a step wants a map, got `GET /`", "- http: GET /health", 5),
    ],
)
def test_a_wrong_step_stands_under_its_line(
    checks_of: ReadChecks, problems_of: ProblemsOf, step: str, what: str, now: str, line: int
) -> None:
    (problem,) = problems_of(checks_of, one_step(step))
    assert (problem.what, problem.line) == (what, line)
    assert now in problem.now


def test_without_a_service_the_fitting_ones_are_named(checks_of: ReadChecks, problems_of: ProblemsOf) -> None:
    (problem,) = problems_of(checks_of, "checks: [{name: a, http: GET /}]\n")
    assert problem.what == "nothing tells which service `http` speaks to"
    assert problem.now == "write `on:` with one of: orders, payments, stripe"
