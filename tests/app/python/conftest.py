"""The two services of the tutorial, played from Python in this process."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dovetail.app.python.check import PythonCheck
from dovetail.app.python.environment import Environment
from dovetail.app.python.player import Player
from dovetail.model.event import PlannedCheck
from dovetail.model.outcome import Verdict

TUTORIAL = Path(__file__).parents[3] / "docs" / "tutorial" / "first-run.md"
Begin = Callable[[str], tuple[Environment, PythonCheck]]


def lay_out(folder: Path) -> None:
    page = TUTORIAL.read_text(encoding="utf-8")
    for name, text in re.findall(r"^```python (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    for kind, name in (("system", "dovetail.yaml"), ("checks", "tests/integration/letters.yaml")):
        found = re.search(rf"^```yaml {kind}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
        assert found is not None
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found[1].replace("run: python", f"run: {sys.executable}"), encoding="utf-8")


@pytest.fixture(scope="package")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    folder = tmp_path_factory.mktemp("letters")
    lay_out(folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOVETAIL")}
    player = Player(folder, kept, f"test-{os.getpid()}")
    yield player
    assert player.close() == ()


@pytest.fixture
def begin(player: Player) -> Iterator[Begin]:
    begun: list[PythonCheck] = []

    def begin_one(name: str) -> tuple[Environment, PythonCheck]:
        environment, check = player.begin(PlannedCheck(name, name, "services"))
        begun.append(check)
        return environment, check

    yield begin_one
    for check in begun:
        player.end(check, Verdict.PASSED, "")


@pytest.fixture
def letters(begin: Begin, request: pytest.FixtureRequest) -> Environment:
    return begin(request.node.name)[0]
