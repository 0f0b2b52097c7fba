"""How a run is shown: colour, width, one word."""

import io
from pathlib import Path

import pytest

from dovetail.cli.screen import Summary, make_console, show_path
from dovetail.model.event import RunEnded
from dovetail.model.outcome import Verdict
from dovetail.report.record import Recorder


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "may_color", "is_colored"),
    [
        (Terminal(), {}, True, True),
        (Terminal(), {"NO_COLOR": "1"}, True, False),
        (Terminal(), {}, False, False),
        (io.StringIO(), {}, True, False),
        (io.StringIO(), {"FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour_is_for_terminals_that_want_it(
    stream: io.StringIO, environ: dict[str, str], *, may_color: bool, is_colored: bool
) -> None:
    recorder = Recorder()
    console = make_console(stream, environ, recorder, is_verbose=False, may_color=may_color)
    end = RunEnded(1.0, Verdict.FAILED, 1, 1.0, ("1 check failed",))
    recorder.hear(end)
    console.hear(end)
    assert ("\x1b[3" in stream.getvalue()) is is_colored


def test_a_summary_is_the_verdict_and_its_causes() -> None:
    stream = io.StringIO()
    Summary(stream).hear(RunEnded(1.0, Verdict.FAILED, 1, 1.0, ("2 checks failed", "1 check flaky")))
    assert stream.getvalue() == "failed  2 checks failed; 1 check flaky\n"


def test_a_path_is_shown_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert show_path(tmp_path / "reports/a.html") == str(Path("reports/a.html"))
