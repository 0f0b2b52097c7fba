from pathlib import Path

import pytest

from dovetail.app.python.player import Player
from dovetail.errors import SuiteError
from dovetail.model.outcome import Verdict


def test_a_yaml_check_is_played_by_its_id(player: Player) -> None:
    checks = player.read_checks(player.folder / "tests/integration/letters.yaml")
    ending = player.play(checks[0].id)
    assert ending.verdict is Verdict.PASSED
    assert checks[0].name in ending.told


def test_a_check_is_played_once_a_process(player: Player) -> None:
    check = player.read_checks(player.folder / "tests/integration/letters.yaml")[0]
    assert player.play(check.id) is player.play(check.id)


def test_a_folder_without_a_system_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(SuiteError, match=r"dovetail\.yaml"):
        Player(tmp_path, {}, "share")
