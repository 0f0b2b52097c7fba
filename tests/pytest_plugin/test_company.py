import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

Project = Any


def starts(folder: Path, service: str) -> int:
    return len(list(folder.glob(f"started-*-{service}.py.txt")))


def running(project: Project) -> list[tuple[str, int]]:
    stages = json.loads(project.run("dovetail", "ps", "--format", "json").output)
    return [(service["service"], service["pid"]) for stage in stages for service in stage["services"]]


def test_yaml_checks_are_items_and_pass(project: Project) -> None:
    ended = project.pytest("tests")
    assert ended.code == 0, ended.output
    assert "2 passed" in ended.output


def test_collecting_starts_nothing(project: Project) -> None:
    ended = project.pytest("--collect-only", "tests")
    assert "letters.yaml::a letter reaches the postbox" in ended.output
    assert starts(project.folder, "sorter") == 0


def test_checks_are_chosen_by_their_words_and_tags(project: Project) -> None:
    ended = project.pytest("tests", "-k", "postbox and soon")
    assert "1 passed, 1 deselected" in ended.output


def test_a_failed_check_is_told_under_the_users_line(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text(checks.read_text().replace("status: 202", "status: 200"))
    ended = project.pytest("tests", "-k", "reaches")
    assert ended.code == 1
    assert "letters.yaml:" in ended.output
    assert "expected 200, got 202" in ended.output


def test_a_mistake_in_the_yaml_is_a_collection_error_with_the_nearest_word(project: Project) -> None:
    checks = project.folder / "tests/integration/letters.yaml"
    checks.write_text(checks.read_text().replace("steps:", "stepz:", 1))
    ended = project.pytest("tests")
    assert ended.code == 2
    assert "stepz" in ended.output
    assert "steps" in ended.output


def test_the_environment_is_a_fixture_named_after_the_system(project: Project) -> None:
    project.write(
        "tests/integration/test_letters.py",
        """
from dovetail import Environment, contains


def test_a_letter_arrives(letters: Environment) -> None:
    to = letters.unique.email
    letters.http("sorter").post("/letters", json={"to": to}).expect(status=202)
    letters.http("postbox").get("/letters").expect(json=contains({"to": to}))


async def test_the_same_from_async_code(environment: Environment) -> None:
    answer = await environment.http("sorter").post("/letters", json={"to": "x"})
    assert answer.status == 202
    await answer.expect(status=202, within="2s")
""",
    )
    ended = project.pytest("tests/integration/test_letters.py")
    assert ended.code == 0, ended.output
    assert "2 passed" in ended.output


def test_a_test_may_stand_anywhere_also_where_nothing_is_checked_in_yaml(project: Project) -> None:
    (project.folder / "tests/integration/letters.yaml").unlink()
    project.write(
        "tests/e2e/test_letters.py",
        "def test_it(letters):\n    letters.http('sorter').get('/health').expect(status=200)\n",
    )
    ended = project.pytest("tests")
    assert ended.code == 0, ended.output
    assert "1 passed" in ended.output


def test_an_edge_is_broken_counted_and_healed(project: Project) -> None:
    project.write(
        "tests/integration/test_faults.py",
        """
def post(letters, status):
    letters.http("sorter").post("/letters", json={"to": "x"}).expect(status=status)


def test_with_block(letters):
    with letters.edge("sorter -> postbox").fault(http={"status": 503, "first": 1}) as edge:
        post(letters, 503)
        post(letters, 202)
    assert edge.calls == 2


def test_until_the_end(letters, fault):
    fault("sorter->postbox", http=503)
    post(letters, 503)


def test_healed(letters):
    post(letters, 202)
""",
    )
    ended = project.pytest("tests/integration/test_faults.py")
    assert ended.code == 0, ended.output


def test_a_service_is_restarted_and_read(project: Project) -> None:
    project.write(
        "tests/integration/test_service.py",
        """
def test_restart(letters, service):
    before = service("sorter").address
    service("sorter").restart()
    assert service("sorter").address == before
    letters.http("sorter").get("/health").expect(status=200)
    assert any("GET /health" in line for line in service("sorter").logs)
""",
    )
    ended = project.pytest("tests/integration/test_service.py")
    assert ended.code == 0, ended.output
    assert starts(project.folder, "sorter") == 2


def test_a_wrong_word_names_the_nearest_one(project: Project) -> None:
    project.write(
        "tests/integration/test_wrong.py",
        """
def test_service(letters):
    letters.http("sorterr")


def test_verb(letters):
    letters.http("sorter").psot("/letters")


def test_key(letters):
    letters.http("sorter").post("/letters", jsn={})


def test_fault(letters):
    letters.edge("sorter -> postbox").fault(latncy="1s")
""",
    )
    ended = project.pytest("tests/integration/test_wrong.py")
    assert "4 failed" in ended.output
    for nearest in ("`sorter`", "`post`", "`json`", "`latency`"):
        assert nearest in ended.output, ended.output


def test_four_workers_share_one_environment(project: Project) -> None:
    for number in range(4):
        project.write(
            f"tests/integration/test_worker_{number}.py",
            """
import pytest


@pytest.mark.parametrize("number", range(3))
def test_post(letters, number):
    letters.http("sorter").post("/letters", json={"to": "x"}).expect(status=202)
""",
        )
    ended = project.pytest("tests", "-n", "4")
    assert ended.code == 0, ended.output
    assert "14 passed" in ended.output
    assert starts(project.folder, "sorter") == 1
    assert starts(project.folder, "postbox") == 1


@pytest.fixture
def kept(project: Project) -> Iterator[Project]:
    assert project.run("dovetail", "up").code == 0
    yield project
    assert "nothing is left" in project.run("dovetail", "down").output


@pytest.mark.parametrize("workers", [(), ("-n", "4")])
def test_an_environment_that_is_up_is_joined_told_and_left_up(kept: Project, workers: tuple[str, ...]) -> None:
    before = running(kept)
    ended = kept.run("pytest", "-p", "no:cacheprovider", "tests", *workers)
    assert ended.code == 0, ended.output
    assert "2 passed" in ended.output
    assert "dovetail: checks join letters · local, which stays up" in ended.output
    assert starts(kept.folder, "sorter") == 1
    assert running(kept) == before


def test_an_environment_that_differs_is_not_joined(kept: Project) -> None:
    kept.write("conftest.py", "import os\n\nos.environ['DOVETAIL_DIRECT'] = '1'\n")
    ended = kept.run("pytest", "-p", "no:cacheprovider", "tests")
    assert ended.code == 0, ended.output
    assert "dovetail: checks join" not in ended.output
    assert starts(kept.folder, "sorter") == 2


def test_what_changed_since_the_environment_came_up_is_started_again(kept: Project) -> None:
    system = kept.folder / "dovetail.yaml"
    system.write_text(system.read_text().replace("\n  postbox:", "\n  postbox:\n    environment: {COLOUR: blue}"))
    ended = kept.pytest("tests")
    assert ended.code == 0, ended.output
    assert (starts(kept.folder, "sorter"), starts(kept.folder, "postbox")) == (1, 2)


def test_a_mistake_in_the_system_is_no_trouble_of_tests_that_need_no_environment(kept: Project) -> None:
    system = kept.folder / "dovetail.yaml"
    system.write_text(system.read_text() + "surprise: 1\n")
    kept.write("tests/test_plain.py", "def test_plain():\n    assert True is not False\n")
    ended = kept.run("pytest", "-p", "no:cacheprovider", "tests/test_plain.py")
    assert ended.code == 0, ended.output
    system.write_text(system.read_text().replace("surprise: 1\n", ""))


def test_dovetail_run_tells_python_checks_beside_the_others(project: Project) -> None:
    project.write(
        "tests/integration/test_letters.py",
        """
import pytest


@pytest.mark.scope("api")
def test_a_letter_is_taken(letters):
    letters.http("sorter").post("/letters", json={"to": "x"}).expect(status=202)


def test_a_letter_is_refused(letters):
    letters.http("sorter").post("/letters", json={"to": "x"}).expect(status=400)


def test_nothing_is_expected(letters):
    letters.http("sorter").get("/health")
""",
    )
    ended = project.run("dovetail", "run", "--report-format", "json")
    assert ended.code == 1, ended.output
    assert "3 passed · 1 failed · 0 flaky · 1 inconclusive" in ended.output
    assert "expected 400, got 202" in ended.output
    assert "a letter is taken" in ended.output


def test_tests_of_one_name_in_two_classes_are_two_checks(project: Project) -> None:
    taken = 'def test_taken(self, letters): letters.http("sorter").get("/health").expect(status='
    text = f"class TestOne:\n    {taken}500)\n\n\nclass TestOther:\n    {taken}200)\n"
    project.write("tests/integration/test_letters.py", text)
    for again in ((), ("--failed",)):
        ended = project.run("dovetail", "run", "tests/integration/test_letters.py", *again)
        assert f"{0 if again else 1} passed · 1 failed" in ended.output


UNTOLD = {
    "wrong fixture": "there is no fixture 'lettres'",
    "no environment": "assert 1 == 2",
    "broken fixture": "ValueError: before",
    "broken fixture beside": "ValueError: beside",
    "late: teardown": "ValueError: after",
    "wrong scope": "there is no scope 'servces'",
    "left out": "for now",
}


def test_dovetail_run_tells_what_never_became_a_check_or_failed_after_it_was_one(project: Project) -> None:
    project.write(
        "tests/integration/test_letters.py",
        """
import pytest


@pytest.fixture
def before():
    raise ValueError("before")


@pytest.fixture
def beside(letters):
    raise ValueError("beside")


@pytest.fixture
def after(letters):
    yield
    raise ValueError("after")


def test_wrong_fixture(lettres): ...
def test_no_environment(): assert 1 == 2
def test_broken_fixture(before, letters): ...
def test_broken_fixture_beside(beside): ...
def test_late(after, letters): letters.http("sorter").get("/health").expect(status=200)
@pytest.mark.scope("servces")
def test_wrong_scope(letters): ...
@pytest.mark.skip("for now")
def test_left_out(letters): ...
""",
    )
    ended = project.run("dovetail", "run", "tests/integration/test_letters.py", "-r", "json", "--verbose")
    assert ended.code == 1, ended.output
    assert "1 passed · 6 failed · 0 flaky · 0 inconclusive · 1 skipped" in ended.output
    told = json.loads((project.folder / "reports" / "latest.json").read_bytes())["checks"]
    whys = {check["name"]: check["why"] for check in told if check["verdict"] != "passed"}
    assert whys.keys() == UNTOLD.keys()
    assert all(why in whys[name] for name, why in UNTOLD.items()), whys


def test_a_project_without_dovetail_is_left_alone(project: Project, tmp_path: Path) -> None:
    (tmp_path / "dovetail.yaml").unlink()
    (tmp_path / ".git").mkdir()
    project.write("tests/test_plain.py", "def test_plain():\n    assert True is not False\n")
    ended = project.pytest("tests/test_plain.py")
    assert ended.code == 0, ended.output
