"""What is decided before anything starts."""

from pathlib import Path
from typing import Any

import pytest

from dovetail.app.preparation import RunRequest, prepare_run
from dovetail.errors import NothingSelectedError, SuiteError, UsageError


def test_only_services_that_the_checks_reach_are_started(prepare: Any) -> None:
    assert set(prepare().services) == {"app", "db"}


def test_python_checks_may_want_any_service_and_share_the_stage(prepare: Any, folder: Path) -> None:
    (folder / "tests/integration/test_x.py").write_text("def test_x(tiny): ...\n")
    prepared = prepare()
    assert prepared.services == frozenset()
    assert prepared.is_stage_shared
    assert [Path(file).name for file in prepared.python_files] == ["test_x.py"]


def test_words_are_scopes_files_folders_or_all(prepare: Any) -> None:
    for words in (("api",), ("all",), (), ("tests/integration/a.yaml",), ("tests",), ("api", "all")):
        assert len(prepare(*words).plan.jobs) == 2
    with pytest.raises(UsageError, match="did you mean `api`"):
        prepare("apii")
    for word in ("a", "a.yaml"):
        with pytest.raises(UsageError, match=r"did you mean tests/integration/a\.yaml\?"):
            prepare(word)
    with pytest.raises(NothingSelectedError):
        prepare("database")
    with pytest.raises(NothingSelectedError, match="no check has the scope database"):
        prepare("api", "database")


def test_the_projects_own_folder_stands_for_all(prepare: Any, folder: Path) -> None:
    for word in (".", "./", str(folder), "tests/.."):
        assert len(prepare(word).plan.jobs) == 2


def test_words_are_seen_from_the_folder_of_the_file_that_is_named(folder: Path) -> None:
    request = RunRequest(folder / "dovetail.yaml", {}, {}, ("tests/integration/a.yaml",))
    assert len(prepare_run(request).plan.jobs) == 2


@pytest.mark.parametrize("word", ["", "x" * 5000, "a\udcff"])
def test_a_word_that_can_name_nothing_is_told(prepare: Any, word: str) -> None:
    with pytest.raises(UsageError, match="is neither a scope nor a file or folder of checks"):
        prepare(word)


def test_the_seed_is_kept_or_made(prepare: Any) -> None:
    assert prepare(seed="7f3a").plan.seed == "7f3a"
    assert prepare().plan.seed != prepare().plan.seed or prepare().plan.seed != prepare().plan.seed


def test_an_unknown_environment_names_the_nearest(prepare: Any) -> None:
    with pytest.raises(UsageError, match="there is no environment `loacl`"):
        prepare(environment="loacl")


def test_without_proxies_nothing_is_broken(prepare: Any) -> None:
    skips = {job.check.name: job.skip for job in prepare(direct=True).plan.jobs}
    assert skips["it answers"] == ""
    assert "--direct" in skips["it holds out"]


def test_options_come_from_variables_too(prepare: Any) -> None:
    assert len(prepare(environ={"DOVETAIL_TAGS": "critical"}).plan.jobs) == 1


def test_a_mistake_of_the_plan_is_shown_under_the_users_line(prepare: Any, folder: Path) -> None:
    checks = folder / "tests/integration/a.yaml"
    checks.write_text(checks.read_text().replace("GET /a", "GET /{{ nobody }}"))
    with pytest.raises(SuiteError) as raised:
        prepare()
    problem = raised.value.problems[0]
    assert "- http: GET /{{ nobody }}" in problem.text
    assert problem.line == 7


def test_data_is_remembered_only_where_a_check_may_start_from_it(prepare: Any, folder: Path) -> None:
    assert not prepare().stage.is_copied
    python = folder / "tests/integration/test_x.py"
    python.write_text("def test_x(tiny): ...\n")
    assert not prepare().stage.is_copied
    python.write_text("@pytest.mark.isolation('clone')\ndef test_x(tiny): ...\n")
    assert prepare().stage.is_copied
    python.unlink()
    assert prepare(keep=True).stage.is_copied


def test_a_place_that_holds_no_checks_is_refused_beside_one_that_does(prepare: Any, folder: Path) -> None:
    parts = folder / "tests/integration/parts"
    parts.mkdir()
    (parts / "log-in.yaml").write_text("steps: [{http: GET /}]\n")
    full = str(folder / "tests/integration/a.yaml")
    with pytest.raises(NothingSelectedError) as raised:
        prepare(full, str(parts))
    assert [problem.what for problem in raised.value.problems] == [f"there are no checks in {parts}"]
    assert prepare(full, str(folder / "tests/integration")).plan.jobs
