"""What the plan decides, as tables: isolation, locks, order, refusals."""

from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from dovetail.engine.isolation import DataServices
from dovetail.engine.plan import Job, Knowledge, Plan, PlanOrder, flow, make_plan
from dovetail.errors import Problem, SuiteError
from dovetail.model.check import Action, Check, FaultOrder, Isolation, Step, Suite, Together, all_steps
from dovetail.model.data import Data, Place, Table
from dovetail.model.shelf import NEAR
from dovetail.model.system import Edge, EnvironmentSpec, Service, System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act

TECHNOLOGIES = {"http.request": "http", "store.query": "store", "called": "stage", "restart": "stage"}


def uses(source: str, *targets: str, consumes: tuple[str, ...] = ()) -> tuple[Edge, ...]:
    return tuple(Edge(source, target, "http", consumes=consumes) for target in targets)


SYSTEM = System(
    "shop",
    "shop",
    services=(
        Service("gateway", run="x", uses=uses("gateway", "orders")),
        Service("orders", run="x", uses=(*uses("orders", "db", "cache"), Edge("orders", "events", "queue"))),
        Service("mail", run="x", uses=(*uses("mail", "mail-db"), Edge("mail", "events", "queue", consumes=("made",)))),
        Service("plain", run="x"),
        Service("db", "store"),
        Service("mail-db", "store"),
        Service("cache", "memory"),
        Service("events", "queue"),
    ),
)
DATA = DataServices(
    copied=frozenset({"db", "mail-db", "cache"}),
    transactional=frozenset({"db", "mail-db"}),
    lasting=frozenset({"events"}),
)


def effect_of(technology: str, act: Act) -> Effect:
    assert technology in {"http", "store"}
    return Effect.READS if str(act.subject).lower().startswith(("get", "select")) else Effect.WRITES


def http(request: str, on: str = "orders", **fields: Data) -> Step:
    return Step("http.request", on, request, fields)


def query(text: str, on: str = "db") -> Step:
    return Step("store.query", on, text)


def times(edge: str, count: int) -> Table:
    subject = Table("api.yaml")
    subject.update({"on": edge, "times": count})
    subject.marks.update(dict.fromkeys(subject, (1, 1, 1, 1)))
    return subject


def check(name: str, *actions: Action, **more: Any) -> Check:
    return Check(name, name, "api", actions, **more)


def plan(*checks: Check, order: PlanOrder | None = None) -> Plan:
    return make_plan(SYSTEM, Suite(checks), Knowledge(TECHNOLOGIES, effect_of, DATA), order or PlanOrder())


def only(*checks: Check, order: PlanOrder | None = None) -> Job:
    return plan(*checks, order=order).jobs[0]


@pytest.mark.parametrize(
    ("actions", "isolation", "data"),
    [
        ([http("GET /orders")], Isolation.SHARED, set()),
        ([query("select 1")], Isolation.SHARED, set()),
        ([query("insert")], Isolation.ROLLBACK, {"db"}),
        ([query("insert"), query("select", "mail-db")], Isolation.CLONE, {"db", "mail-db"}),
        ([Together((query("insert"), query("update")))], Isolation.CLONE, {"db"}),
        ([query("set", "cache")], Isolation.CLONE, {"cache"}),
        ([http("POST /orders")], Isolation.RESET, {"db", "cache", "mail-db"}),
        ([http("POST /orders", json={"id": "{{ unique.id }}"})], Isolation.UNIQUE, {"db", "cache", "mail-db"}),
        ([http("POST /orders?by={{ seed }}")], Isolation.RESET, {"db", "cache", "mail-db"}),
        ([http("POST /orders"), query("select 1")], Isolation.RESET, {"db", "cache", "mail-db"}),
        ([http("POST /things", "plain")], Isolation.SHARED, set()),
    ],
)
def test_the_cheapest_safe_isolation_is_chosen(actions: Sequence[Action], isolation: Isolation, data: set[str]) -> None:
    choice = only(check("c", *actions)).choice
    assert choice.isolation is isolation
    assert set(choice.data) == data
    assert choice.why


def test_a_check_may_choose_its_isolation_itself() -> None:
    job = only(check("c", http("POST /orders"), isolation=Isolation.SLICE))
    assert job.choice.isolation is Isolation.SLICE
    assert set(job.slice_services) == {"orders", "db", "cache", "events", "mail", "mail-db"}


def test_only_copies_and_setting_back_need_the_data_remembered() -> None:
    plain = [
        check("reads", http("GET /")),
        check("rolls back", query("insert")),
        check("talks", http("POST /", "plain")),
    ]
    assert not plan(*plain).needs_copies
    assert not plan(*plain, check("skipped", http("POST /orders"), skip="later")).needs_copies
    assert plan(*plain, check("resets", http("POST /orders"))).needs_copies


def test_what_runs_elsewhere_is_neither_copied_nor_set_back() -> None:
    staging = PlanOrder(environment=EnvironmentSpec("staging", {"orders": "http://orders.example", "db": "db://x"}))
    assert only(check("c", http("POST /orders")), order=staging).choice.isolation is Isolation.SHARED
    assert only(check("c", query("insert")), order=staging).choice.isolation is Isolation.ROLLBACK
    for isolation, step in ((Isolation.SLICE, http("POST /orders")), (Isolation.CLONE, query("insert"))):
        job = only(check("c", step, isolation=isolation), order=staging)
        assert "runs elsewhere and serves others too" in job.skip


def test_what_is_outside_the_system_runs_elsewhere() -> None:
    system = replace(SYSTEM, services=(*SYSTEM.services, Service("stripe", external="https://api.stripe.com")))
    suite = Suite((check("c", http("GET /", "plain"), http("POST /", "stripe"), isolation=Isolation.SLICE),))
    (job,) = make_plan(system, suite, Knowledge(TECHNOLOGIES, effect_of, DATA), PlanOrder()).jobs
    assert job.skip == "isolation: slice, but stripe runs elsewhere and serves others too"


def test_without_proxies_what_breaks_or_counts_an_edge_is_not_run() -> None:
    direct = PlanOrder(is_direct=True)
    breaking = check("c", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),))
    assert only(breaking, order=direct).skip.startswith("run with --direct, where orders -> db has no proxy")
    assert only(check("c", http("GET /")), order=direct).skip == ""


def test_what_isolation_cannot_do_is_no_mistake_where_the_check_is_skipped() -> None:
    assert only(check("c", http("POST /orders"), isolation=Isolation.ROLLBACK, skip="later")).skip == "later"


def test_what_isolation_cannot_do_is_a_mistake_of_the_suite() -> None:
    with pytest.raises(SuiteError, match="nothing can undo what orders commits"):
        plan(check("c", http("POST /orders"), isolation=Isolation.ROLLBACK))


def test_a_slice_serves_the_next_check_unless_it_cannot_be_set_back() -> None:
    assert only(check("c", http("POST /", "plain"), isolation=Isolation.SLICE)).is_slice_kept
    assert not only(check("c", http("POST /orders"), isolation=Isolation.SLICE)).is_slice_kept
    restarts = check("c", http("POST /", "plain"), Step("restart", "", "plain"), isolation=Isolation.SLICE)
    assert not only(restarts).is_slice_kept


def test_what_is_published_reaches_whoever_consumes_it() -> None:
    assert {"mail", "mail-db"} <= flow(SYSTEM, "gateway").services


def test_a_broken_edge_is_exclusive_and_shared_by_all_who_reach_it() -> None:
    breaking = check("breaks", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),))
    jobs = plan(
        breaking, check("reaches", http("GET /", "gateway")), check("is elsewhere", http("GET /", "plain"))
    ).jobs
    assert jobs[0].wish.exclusive == {"edge:orders -> db"}
    assert jobs[1].wish.shared == {"edge:orders -> db"}
    assert jobs[2].wish.shared == frozenset()


def test_a_restarted_service_and_a_counted_edge_are_exclusive() -> None:
    job = only(check("c", Step("restart", "", "db"), Step("called", "", {"on": "cache", "times": 1})))
    assert job.wish.exclusive == {"service:db", "process:db", "edge:orders -> cache"}


def test_nobody_waits_for_what_nobody_disturbs() -> None:
    assert only(check("c", http("GET /"))).wish.shared == frozenset()
    shared = only(check("c", http("GET /")), order=PlanOrder(is_stage_shared=True)).wish.shared
    assert {"service:orders", "edge:orders -> db"} <= shared


def test_a_set_back_has_its_data_services_alone() -> None:
    assert "service:db" in only(check("c", http("POST /orders"))).wish.exclusive


def test_locks_of_the_user_are_exclusive() -> None:
    assert only(check("c", http("GET /"), locks=("stock",))).wish.exclusive == {"lock:stock"}


def test_the_order_is_shuffled_by_the_seed_and_reports_keep_theirs() -> None:
    checks = [check(f"c{number}", http("GET /")) for number in range(20)]
    one, again, other = (plan(*checks, order=PlanOrder(seed=seed)) for seed in ("1", "1", "2"))
    assert one.start_order == again.start_order != other.start_order
    assert [job.id for job in one.jobs] == [one.id for one in checks]


@pytest.mark.parametrize("is_turned", [False, True])
def test_what_one_check_needs_changes_no_lock_of_its_like(*, is_turned: bool) -> None:
    checks = [
        check("makes", http("POST /orders"), isolation=Isolation.UNIQUE),
        check("sees it", http("GET /"), needs=("makes",)),
        check("reads", http("GET /")),
    ]
    jobs = {job.id: job for job in plan(*(checks[::-1] if is_turned else checks)).jobs}
    assert "data:db" in jobs["sees it"].wish.adding
    assert "data:db" in jobs["reads"].wish.shared


def test_a_check_of_a_large_suite_is_planned_as_in_a_small_one() -> None:
    few = [
        check("counts", Step("called", "", times("orders -> db", 2)), http("GET /")),
        check("first", http("GET /"), inputs={"n": 1}),
        check("last", http("POST /{{ n }}"), inputs={"n": 1}, needs=("first",)),
    ]
    many = [check(f"n{number}", http("GET /")) for number in range(NEAR)]
    small, large = plan(*few), plan(*many, *few)
    for number, (job, among_many) in enumerate(zip(small.jobs, large.jobs[NEAR:], strict=True), NEAR + 1):
        assert among_many == replace(job, number=number, checks=large.jobs[0].checks)
        assert among_many.check == job.check
    assert all_steps(large.jobs[NEAR].check)[0].expect == {"times": 2}
    assert large.named == {"orders", "db"}


def test_needs_come_first_whatever_the_seed() -> None:
    checks = [check("last", http("GET /"), needs=("first",)), check("first", http("GET /"))]
    for seed in "abcdef":
        assert plan(*checks, order=PlanOrder(seed=seed)).start_order == ("first", "last")


def test_checks_that_set_data_back_come_first() -> None:
    checks = [check(f"c{number}", http("GET /")) for number in range(9)] + [check("resets", http("POST /orders"))]
    for seed in "abc":
        assert plan(*checks, order=PlanOrder(seed=seed)).start_order[0] == "resets"


def test_checks_that_wait_for_each_other_are_named() -> None:
    with pytest.raises(SuiteError, match=r"'a' needs 'b' needs 'a'|'b' needs 'a' needs 'b'"):
        plan(check("a", needs=("b",)), check("b", needs=("a",)))


@pytest.mark.parametrize(
    ("one", "allowed", "said"),
    [
        (check("reads", http("GET /")), (), ""),
        (check("writes", http("POST /")), (), "writes to orders"),
        (check("writes", http("POST /")), ("orders",), ""),
        (check("breaks", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),)), (), "breaks orders -> db"),
        (
            check("breaks", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),)),
            ("orders -> cache",),
            "breaks orders -> db",
        ),
        (
            check("breaks", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),)),
            ("orders -> db",),
            "orders is not started here, so orders -> db has no proxy",
        ),
        (check("restarts", Step("restart", "", "db")), (), "disturbs db"),
    ],
)
def test_a_read_only_environment_refuses_what_is_not_allowed_by_name(
    one: Check, allowed: tuple[str, ...], said: str
) -> None:
    production = EnvironmentSpec("production", is_read_only=True, allowed=allowed)
    skip = only(one, order=PlanOrder(environment=production)).skip
    assert said in skip
    assert bool(skip) is bool(said)


PRODUCTION = EnvironmentSpec(
    "production", {"orders": "https://orders"}, is_read_only=True, allowed=("db",), place=Place("dovetail.yaml", 9)
)


@pytest.mark.parametrize(
    ("one", "lack"),
    [
        (check("asks what is there", http("GET /")), ""),
        (check("asks what is not", http("GET /"), query("select 1"), http("GET /", "plain")), "db, plain"),
        (check("cleans up what is not", http("GET /"), cleanup=(query("delete"),)), "db"),
        (check("steers what is not", http("GET /"), Step("restart", "", "db")), "db"),
    ],
)
def test_what_a_read_only_environment_lacks_is_told_of_each_check_that_speaks_to_it(one: Check, lack: str) -> None:
    job = only(one, order=PlanOrder(environment=PRODUCTION))
    assert (job.skip, job.is_played) == ("", not lack)
    assert f"production is read-only and has no address for {lack}: write `" in job.lack or not lack
    assert job.lack.endswith(": <address>` below `environments: production:` in dovetail.yaml:9") or not lack


def test_a_check_that_may_not_be_played_there_lacks_nothing() -> None:
    for one in (check("writes", query("insert", "mail-db")), check("left out", query("select 1"), skip="not today")):
        job = only(one, order=PlanOrder(environment=PRODUCTION))
        assert (bool(job.skip), job.lack, job.is_played) == (True, "", False)


@pytest.mark.parametrize(
    "one",
    [
        check("breaks", http("GET /"), faults=(FaultOrder("orders -> db", "refuse"),)),
        check("counts", http("GET /"), Step("called", "", "db")),
    ],
)
def test_an_edge_behind_what_is_not_started_here_is_neither_broken_nor_counted(one: Check) -> None:
    staging = EnvironmentSpec("staging", {"orders": "https://orders"})
    assert (
        "orders is not started here, so orders -> db has no proxy"
        in only(one, order=PlanOrder(environment=staging)).skip
    )
    assert not only(one, order=PlanOrder(environment=EnvironmentSpec("staging", {"db": "https://db"}))).skip


def test_an_expectation_that_could_never_be_judged_is_told_before_anything_starts() -> None:
    hopeful = Step("http.request", "orders", "GET /", expect={"json": {"id": "<uid>"}})
    with pytest.raises(SuiteError, match="<uid> is no kind"):
        plan(check("c", http("GET /"), cleanup=(hopeful,)))


def test_words_that_a_technology_cannot_read_are_told_beside_the_mistakes_of_other_checks() -> None:
    def refuse(technology: str, act: Act) -> Effect:
        if act.subject == "gibberish":
            raise SuiteError(Problem("this is no statement"))
        return effect_of(technology, act)

    wrong = (
        check("matches", replace(http("GET /"), expect={"status": {"between": 3}})),
        check("talks", query("gibberish")),
        check("clones", http("GET /", "plain"), isolation=Isolation.CLONE),
    )
    with pytest.raises(SuiteError) as raised:
        make_plan(SYSTEM, Suite(wrong), Knowledge(TECHNOLOGIES, refuse, DATA), PlanOrder())
    assert [problem.what.partition(" ")[0] for problem in raised.value.problems] == ["between", "this", "isolation:"]


def test_a_check_that_is_not_played_names_no_service() -> None:
    reads = check("reads", http("GET /", "plain"))
    assert plan(reads, check("skipped", http("GET /", "orders"), skip="later")).named == {"plain"}
    there = EnvironmentSpec("there", {"plain": "http://plain.example"}, is_read_only=True)
    jobs = plan(reads, check("lacks", http("GET /", "orders")), order=PlanOrder(environment=there))
    assert [bool(job.lack) for job in jobs.jobs] == [False, True]
    assert jobs.named == {"plain"}


def test_a_name_that_nothing_can_ask_for_is_a_mistake() -> None:
    with pytest.raises(SuiteError, match="nothing can ask for 'a b'"):
        plan(check("saves", replace(http("GET /"), save={"a b": "json.id"})))
