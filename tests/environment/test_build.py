import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.build import fingerprint_code, fingerprint_inputs, is_built
from dovetail.errors import NotReadyError
from dovetail.model.system import Service


async def start(yard: Any, service: Service) -> None:
    async with yard.live(service):
        pass


def built(folder: Path) -> int:
    return (folder / "builds.txt").read_text(encoding="utf-8").count("built")


def test_a_build_runs_once_and_again_when_its_inputs_changed(yard: Any) -> None:
    code = yard.folder / "code"
    code.mkdir()
    (code / "source.txt").write_text("one", encoding="utf-8")
    build = "sh -c 'echo built >> ../builds.txt'"
    service = yard.service("a", folder="code", build=build, run="sleep 60", ready=())
    for _ in range(2):
        asyncio.run(start(yard, service))
        assert built(yard.folder) == 1
    assert yard.states("a")[:2] == ["building", "starting"]
    assert is_built(service, yard.folder)
    (code / "source.txt").write_text("another", encoding="utf-8")
    asyncio.run(start(yard, service))
    assert built(yard.folder) == 2


def test_a_build_that_fails_is_told_with_its_output(yard: Any) -> None:
    service = yard.service("a", build="sh -c 'echo no compiler; exit 2'")
    with pytest.raises(NotReadyError, match=r"the build of a exited with code 2.*\n.*no compiler"):
        asyncio.run(start(yard, service))
    assert not is_built(service, yard.folder)


def test_two_stages_in_one_folder_build_once(yard: Any) -> None:
    code = yard.folder / "code"
    code.mkdir()
    service = yard.service(
        "a", folder="code", build="sh -c 'sleep 0.2; echo built >> ../builds.txt'", run="sleep 60", ready=()
    )

    async def play() -> None:
        await asyncio.gather(start(yard, service), start(yard, service))

    asyncio.run(play())
    assert built(yard.folder) == 1


def test_what_tools_leave_behind_is_no_input(yard: Any) -> None:
    service = Service("a", run="x")
    before = fingerprint_inputs(service, yard.folder)
    for name in (".git", "__pycache__", "node_modules", ".dovetail", "reports"):
        (yard.folder / name).mkdir()
        (yard.folder / name / "file").touch()
    os.utime(yard.folder)
    assert fingerprint_inputs(service, yard.folder) == before
    (yard.folder / "module.py").touch()
    assert fingerprint_inputs(service, yard.folder) != before


def test_a_change_of_tests_or_of_what_programs_write_is_no_change_of_code(yard: Any) -> None:
    before = fingerprint_code(yard.folder)
    (yard.folder / "tests").mkdir()
    for name in ("tests/test_a.py", "dovetail.yaml", "report.html", "data.sqlite", "server.log"):
        (yard.folder / name).touch()
    assert fingerprint_code(yard.folder) == before
    (yard.folder / "module.py").touch()
    assert fingerprint_code(yard.folder) != before
