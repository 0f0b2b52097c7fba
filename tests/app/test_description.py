"""How a run introduces itself."""

from pathlib import Path
from typing import Any

from dovetail.app.description import TOLD_AT_ONCE, describe_run, tell_plan
from dovetail.model.event import CheckPlanned, RunStarted


def test_the_first_event_holds_what_every_report_needs(prepare: Any) -> None:
    (started,) = describe_run(prepare(seed="5eed"), 12.0)
    assert isinstance(started, RunStarted)
    assert (started.system, started.environment, started.seed, started.at) == ("tiny", "local", "5eed", 12.0)
    assert [check.name for check in started.checks] == ["it answers", "it holds out"]
    assert [edge.name for edge in started.edges] == ["app -> db"]
    assert {service.name: service.owner for service in started.services}["app"] == "team-a"
    assert all(service.criticality >= 0 for service in started.services)
    assert started.options["timeout"] == "30s"


def test_of_many_checks_the_first_event_names_the_first_and_each_of_the_others_has_its_own(
    prepare: Any, folder: Path
) -> None:
    checks = folder / "tests/integration/many.yaml"
    checks.write_text(
        f"on: app\nchecks: [{{name: again, http: GET /, expect: {{status: 200}}, repeat: {TOLD_AT_ONCE}}}]\n"
    )
    preparation = prepare()
    started, *others = describe_run(preparation, 12.0)
    assert isinstance(started, RunStarted)
    assert (len(started.checks), started.more) == (TOLD_AT_ONCE, 2)
    named = [*started.checks, *(other.check for other in others if isinstance(other, CheckPlanned))]
    assert [check.id for check in named] == [job.id for job in preparation.plan.jobs]


def test_a_dry_run_tells_order_isolation_and_locks(prepare: Any) -> None:
    told = "\n".join(tell_plan(prepare(seed="1")))
    assert "start 1  db" in told
    assert "start 2  app" in told
    assert "idle" not in told
    assert "shared: only reads" in told
    assert "alone on edge:app -> db" in told
    assert "beside others on edge:app -> db" in told


def test_a_dry_run_starts_what_a_run_would(prepare: Any, folder: Path) -> None:
    file = folder / "dovetail.yaml"
    job = "  migrate: {run: migrate, job: true, uses: {db: {address: URL}}}\n"
    file.write_text(f"{file.read_text()}{job}environments: {{there: {{db: http://h}}}}\n")
    assert "  start 2  app, migrate" in list(tell_plan(prepare()))
    assert "  start 2  app" in list(tell_plan(prepare(environment="there")))


def test_a_dry_run_tells_of_each_check_what_becomes_of_it(prepare: Any, folder: Path) -> None:
    (folder / "tests/integration/a.yaml").write_text(
        "on: app\nscope: api\nchecks:\n"
        "  - {name: one, http: GET /, expect: {status: 200}}\n"
        "  - {name: two, http: GET /, expect: {status: 200}, needs: one}\n"
        "  - {name: three, http: GET /, expect: {status: 200}, needs: two, skip: not yet}\n"
    )
    (folder / "tests/integration/test_x.py").write_text("def test_x(tiny): ...\n")
    rows = list(tell_plan(prepare(seed="5eed")))
    assert rows[0] == "tiny · local · 3 checks · 4 agents · seed 5eed"
    assert rows[-1] == f"  python  {folder / 'tests/integration/test_x.py'}"
    first = rows.index("      1  api: one")
    assert rows[first:-1] == [
        "      1  api: one",
        "         shared: only reads",
        "         beside others on edge:app -> db, service:app, service:db",
        "      2  api: two",
        "         shared: only reads",
        "         beside others on edge:app -> db, service:app, service:db",
        "         after a/one",
        "      3  api: three",
        "         skipped: not yet",
    ]


def test_a_dry_run_says_why_a_check_cannot_be_played(prepare: Any, folder: Path) -> None:
    file = folder / "dovetail.yaml"
    file.write_text(f"{file.read_text()}environments: {{prod: {{read_only: true, db: http://h}}}}\n")
    _, _, why_not, name, why = tell_plan(prepare(environment="prod", seed="1"))
    assert why_not == "         skipped: environment prod is read-only and this check breaks app -> db"
    assert name == "      2  api: it answers"
    assert why.startswith("         cannot be played: the environment prod is read-only and has no address for app")
