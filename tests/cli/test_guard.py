"""Whatever ends a command becomes a sentence and an exit code."""

import sys
import types
from pathlib import Path

import pytest

from dovetail.cli.guard import run_command
from dovetail.errors import NotReadyError, Problem


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (NotReadyError(Problem("orders is not ready", "see its log")), 6, "orders is not ready\nsee its log"),
        (KeyboardInterrupt(), 2, "interrupted"),
        (ZeroDivisionError("by zero"), 3, "Dovetail itself broke: ZeroDivisionError: by zero"),
    ],
)
def test_what_a_command_raises_is_told(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(words: list[str]) -> int:
        assert words == ["run"]
        raise raised

    module = types.ModuleType("dovetail.cli.run")
    module.main = fail  # type: ignore[attr-defined]  # a command is a module with a main
    monkeypatch.setitem(sys.modules, "dovetail.cli.run", module)
    assert run_command(["run"]) == code
    err = capsys.readouterr().err
    assert said in err
    if code == 3:
        path = Path(err.partition("the traceback is in ")[2].partition(";")[0])
        assert "ZeroDivisionError" in path.read_text()
        path.unlink()
