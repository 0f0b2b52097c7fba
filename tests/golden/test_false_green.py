"""Nothing that did not happen is ever green: each way to fool a run has its exit code and its sentence."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Encryption

SERVICE = Path(__file__).with_name("service.py")

GREEN = """\
  - name: it answers
    steps:
      - http: GET /a
        expect: {status: 200}
"""


def test_a_check_without_expectations_is_inconclusive(project: Any) -> None:
    project.checks("  - name: nothing is asked\n    steps:\n      - http: GET /a\n")
    said = project.type("run")
    assert said.code == 9
    assert "no expectation was evaluated" in said.out


def test_a_retry_that_passed_is_flaky_and_not_green(project: Any) -> None:
    project.checks(
        "  - name: it wavers\n    retry: 2\n    steps:\n      - http: GET /after/1/x\n        expect: {status: 200}\n"
    )
    said = project.type("run")
    assert said.code == 9
    assert "1 flaky" in said.out
    assert '"attempt":2' in project.journal().replace(" ", "")
    assert project.type("run", "--allow-flaky").code == 0


def test_a_cleanup_that_failed_is_told_apart(project: Any) -> None:
    project.checks(f"{GREEN}    finally:\n      - http: DELETE /status/500\n        expect: {{status: 204}}\n")
    said = project.type("run")
    assert said.code == 1
    assert "its cleanup failed" in said.out


def test_cleanup_runs_after_a_failed_step(project: Any) -> None:
    failing = GREEN.replace("200", "418")
    project.checks(f"{failing}    finally:\n      - http: DELETE /tidy\n        expect: {{status: 200}}\n")
    assert project.type("run").code == 1
    assert "DELETE /tidy" in project.journal()


@pytest.mark.parametrize(
    ("mood", "sentences"),
    [
        ("ends", ("exited with code 0", "all done")),
        ("crashes", ("exited with code 3", "password authentication failed")),
    ],
)
def test_a_service_that_ends_while_it_starts_is_not_ready(project: Any, mood: str, sentences: tuple[str, ...]) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write("dovetail.yaml", system.replace("{{ port }}", f"{{{{ port }}}} {mood}"))
    project.checks(GREEN)
    said = project.type("run")
    assert said.code == 6
    for sentence in sentences:
        assert sentence in said.out + said.err
    assert "1 inconclusive" in said.out


def test_a_service_that_never_answers_ends_at_its_deadline(project: Any) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write("dovetail.yaml", f"{system.replace('{{ port }}', '{{ port }} never')}    start_timeout: 1s\n")
    project.checks(GREEN)
    said = project.type("run")
    assert said.code == 6
    assert project.services_left() == []


@pytest.mark.parametrize("each", ["", "[]", "rows.csv"])
def test_a_check_for_each_of_nothing_is_a_mistake(project: Any, each: str) -> None:
    project.write("tests/integration/rows.csv", "sku,price\n")
    project.checks(GREEN + GREEN.replace("it answers", "each").replace("    steps", f"    each: {each}\n    steps"))
    said = project.type("run")
    assert (said.code, said.out) == (4, "")
    assert "tests/integration/a.yaml:9:" in said.err
    assert "`each` is empty" in said.err or "`each` has 0 rows" in said.err


def test_the_answer_of_a_stranger_makes_no_service_ready(project: Any) -> None:
    run = "sh -c 'echo {{ port }} > part && mv part port && sleep 60'"
    project.write("dovetail.yaml", f"system: tiny\nservices:\n  app:\n    run: {run}\n    ready: GET /health\n")
    project.checks(GREEN)
    process = project.start("run", COLUMNS="200")
    project.wait_for(process, (project.folder / "port").exists)
    port = (project.folder / "port").read_text().strip()
    with subprocess.Popen((sys.executable, SERVICE, port), stdout=subprocess.DEVNULL) as stranger:
        out, _ = process.communicate(timeout=60)
        stranger.terminate()
    assert process.returncode == 6
    assert f"app is not ready: port {port} is answered by process {stranger.pid} " in out
    assert "which it did not start" in out


@pytest.mark.parametrize(
    ("ending", "code", "sentence"),
    [("exit 0", 0, "1 passed"), ("echo no such table; exit 1", 6, "migrate exited with code 1 instead of 0")],
)
def test_a_job_is_ready_when_it_has_ended_with_0(project: Any, ending: str, code: int, sentence: str) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write(
        "dovetail.yaml", f"{system}  migrate: {{run: sh -c '{ending}', job: true, uses: {{app: {{address: APP}}}}}}\n"
    )
    project.checks(GREEN)
    said = project.type("run")
    assert said.code == code, said
    assert sentence in said.out
    assert said.out.count("no such table") == (1 if code else 0)


def test_a_count_over_calls_that_nobody_could_read_is_not_green(project: Any, encryption: "Encryption") -> None:
    run = f"{sys.executable} {SERVICE.with_name('confidant.py')}"
    certificate = encryption.certificate
    project.write(
        "dovetail.yaml",
        f"""\
system: tiny
services:
  app:
    run: {run} asker {{{{ port }}}} {certificate}
    ready: GET /
    uses: {{keeper: KEEPER_URL}}
  keeper:
    run: {run} keeper {{{{ port }}}} {encryption.key} {certificate}
    ready: {{tcp: true}}
""",
    )
    project.checks(
        """\
  - name: the keeper is never asked
    steps:
      - http: GET /ask
        expect: {status: 200}
      - called: {on: app -> keeper, times: 0}
  - name: nobody is asked
    steps:
      - http: GET /
        expect: {status: 200}
      - called: {on: app -> keeper, times: 0}
"""
    )
    said = project.type("run", COLUMNS="400")
    assert said.code == 1, said
    assert "1 passed" in said.out
    assert "the calls of app -> keeper cannot be counted: a connection carried" in said.out
    assert "speak plaintext on this edge inside the test environment, or prove it at the service" in said.out


def test_an_unknown_service_names_the_nearest(project: Any) -> None:
    project.checks(
        "  - name: it asks nobody\n    steps:\n      - http: GET /a\n        on: ap\n        expect: {status: 200}\n"
    )
    said = project.type("run")
    assert said.code == 4
    assert "tests/integration/a.yaml:7" in said.err
    assert "did you mean `app`?" in said.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "database"), "the checks have the scopes: api"),
        (("run", "--tags", "critcal"), "did you mean critical?"),
        (("run", "-k", "no such thing"), "no check is selected by -k 'no such thing'"),
    ],
)
def test_an_empty_selection_is_not_green(project: Any, words: tuple[str, ...], sentence: str) -> None:
    project.checks(GREEN.replace("    steps", "    tags: [critical]\n    steps"))
    said = project.type(*words)
    assert said.code == 5
    assert sentence in said.err


def test_a_project_without_checks_is_not_green(project: Any) -> None:
    said = project.type("run")
    assert said.code == 5
    assert "there is no check to run" in said.err


def test_services_that_wait_for_each_other_are_named(project: Any) -> None:
    project.write(
        "dovetail.yaml",
        "system: tiny\nservices:\n"
        "  a: {run: python a.py, uses: {b: {address: B}}}\n"
        "  b: {run: python b.py, uses: {a: {address: A}}}\n",
    )
    project.checks(GREEN.replace("it answers", "x"))
    said = project.type("run")
    assert said.code == 4
    assert "waits for" in said.err


def test_checks_that_need_each_other_are_named(project: Any) -> None:
    one = GREEN.replace("it answers", "one").replace("    steps", "    needs: [two]\n    steps")
    two = GREEN.replace("it answers", "two").replace("    steps", "    needs: [one]\n    steps")
    project.checks(one + two)
    said = project.type("run")
    assert said.code == 4
    assert "need each other" in said.err


def test_what_needs_a_failed_check_does_not_run(project: Any) -> None:
    first = GREEN.replace("it answers", "first").replace("200", "418")
    second = GREEN.replace("it answers", "second").replace("    steps", "    needs: [first]\n    steps")
    project.checks(first + second)
    said = project.type("run")
    assert said.code == 1
    assert "needs 'first', which failed" in project.journal()


def test_all_skipped_is_not_green(project: Any) -> None:
    project.checks(GREEN.replace("    steps", "    skip: not today\n    steps"))
    said = project.type("run")
    assert said.code == 9
    assert "every check was skipped" in said.out
    assert "not today" in said.out


def test_for_checks_that_are_all_skipped_nothing_is_started(project: Any) -> None:
    project.checks(GREEN.replace("    steps", "    skip: not today\n    steps"))
    assert "start 1" not in project.type("run", "--dry-run").out
    project.type("run")
    assert '"service-changed"' not in project.journal()
    project.checks(
        GREEN.replace("    steps", "    skip: not today\n    steps") + GREEN.replace("it answers", "another")
    )
    assert "start 1" in project.type("run", "--dry-run").out
    project.type("run")
    assert '"service-changed"' in project.journal()


def test_a_check_that_is_skipped_is_so_also_where_the_environment_was_not_ready(project: Any) -> None:
    system = (project.folder / "dovetail.yaml").read_text()
    project.write("dovetail.yaml", system.replace("{{ port }}", "{{ port }} crashes"))
    project.checks(
        GREEN.replace("    steps", "    skip: not today\n    steps") + GREEN.replace("it answers", "another")
    )
    said = project.type("run")
    assert said.code == 6
    assert "1 inconclusive · 1 skipped" in said.out
    assert "not today" in said.out


def test_reports_that_cannot_be_written_are_not_green(project: Any) -> None:
    project.checks(GREEN)
    project.write("taken", "a file where the folder should be")
    said = project.type("run", "--report-dir", "taken")
    assert said.code == 6
    assert "the reports cannot be written" in said.err
