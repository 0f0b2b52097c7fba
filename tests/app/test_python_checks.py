"""Python checks beside the plan: variables, events, and what happens where pytest cannot do its work."""

import asyncio
import time
from pathlib import Path

import pytest

from dovetail.app.config import resolve
from dovetail.app.python_checks import PythonOrder, run_python_checks, spell_variables
from dovetail.engine.stop import Stop
from dovetail.engine.verdict import Tally
from dovetail.model.event import CheckEnded, CheckPlanned, Event, Noticed
from dovetail.model.outcome import Verdict

TELLING = """\
import os, socket
from dovetail.journal.line import write_line
from dovetail.model.event import CheckEnded
from dovetail.model.outcome import Verdict

def test_it():
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(os.environ["DOVETAIL_EVENTS"])
        door.sendall(write_line(CheckEnded(1.0, "x", Verdict.PASSED, 1.0, 1)))
        door.sendall(b"no event at all\\n")
"""


def make_order(folder: Path, content: str) -> PythonOrder:
    file = folder / "test_x.py"
    file.write_text(content)
    settings = resolve({"timeout": "7s"}, {}, {}, "")
    environ = {"PATH": "/usr/bin:/bin"}
    return PythonOrder(
        (str(file),), folder, "/stage", "run-1", ("api", "services"), settings, "5eed", folder / "pytest.txt", environ
    )


def run(order: PythonOrder, stop: Stop | None = None) -> tuple[Tally, list[Event]]:
    heard: list[Event] = []
    return asyncio.run(run_python_checks(order, heard.append, stop or Stop(), time.time)), heard


def test_pytest_is_told_stage_seed_and_every_option(tmp_path: Path) -> None:
    variables = spell_variables(make_order(tmp_path, ""), "/events")
    assert variables["DOVETAIL_SOCKET"] == "/stage"
    assert variables["DOVETAIL_EVENTS"] == "/events"
    assert variables["DOVETAIL_SEED"] == "5eed"
    assert variables["DOVETAIL_SCOPES"] == "api,services"
    assert variables["DOVETAIL_TIMEOUT"] == "7s"


def test_events_arrive_and_are_counted(tmp_path: Path) -> None:
    tally, heard = run(make_order(tmp_path, TELLING))
    assert [event.check for event in heard if isinstance(event, CheckEnded)] == ["x"]
    assert tally.verdicts[Verdict.PASSED] == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            "import nothing_like_this\n",
            "pytest exited with code 2: ModuleNotFoundError: No module named 'nothing_like_this'",
        ),
        ("def test_it(): assert False\n", "pytest exited with code 1"),
        ("def test_it(): pass\n", "its tests passed without ever speaking to the environment"),
    ],
)
def test_what_pytest_could_not_run_or_never_told_is_inconclusive(tmp_path: Path, content: str, why: str) -> None:
    tally, heard = run(make_order(tmp_path, content))
    assert tally.verdicts == {Verdict.INCONCLUSIVE: 1}
    assert why in next(event.why for event in heard if isinstance(event, CheckEnded))
    assert next(event.check.place.file for event in heard if isinstance(event, CheckPlanned)) == "test_x.py"


def test_a_check_in_which_pytest_is_killed_is_inconclusive_and_wanted_again(tmp_path: Path) -> None:
    dying = TELLING.replace('CheckEnded(1.0, "x", Verdict.PASSED, 1.0, 1)', 'CheckStarted(1.0, "x", 1, 1)')
    dying = dying.replace("import CheckEnded", "import CheckStarted")
    tally, heard = run(make_order(tmp_path, f"{dying}    os.kill(os.getpid(), 9)\n"))
    whys = {event.check: event.why for event in heard if isinstance(event, CheckEnded)}
    assert whys["x"] == "pytest was ended by SIGKILL before the check ended"
    assert "x" in tally.unhappy
    assert tally.verdicts == {Verdict.INCONCLUSIVE: 2}


def test_where_every_worker_dies_before_it_has_collected_anything_the_files_are_inconclusive(tmp_path: Path) -> None:
    dying = 'import os\nif "PYTEST_XDIST_WORKER" in os.environ:\n    os._exit(3)\n'
    (tmp_path / "conftest.py").write_text(dying)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -n 1 --max-worker-restart 0\n")
    tally, heard = run(make_order(tmp_path, TELLING))
    assert tally.verdicts == {Verdict.INCONCLUSIVE: 1}
    (why,) = (event.why for event in heard if isinstance(event, CheckEnded))
    assert why.startswith("pytest exited with code 5: ")
    assert "crashed" in why


def test_a_check_that_ended_is_told_once(tmp_path: Path) -> None:
    started = TELLING.replace('b"no event at all\\n"', 'write_line(CheckEnded(2.0, "x", Verdict.PASSED, 1.0, 1))')
    started = started.replace('CheckEnded(1.0, "x", Verdict.PASSED, 1.0, 1)', 'CheckStarted(1.0, "x", 1, 1)')
    tally, heard = run(make_order(tmp_path, started.replace("import CheckEnded", "import CheckEnded, CheckStarted")))
    assert [event.at for event in heard if isinstance(event, CheckEnded)] == [2.0]
    assert tally.total == 1


LATE = """\
import os, socket, sys
with socket.socket(socket.AF_UNIX) as door:
    door.connect(os.environ["DOVETAIL_EVENTS"])
    print("there", flush=True)
    sys.stdin.read()
    from dovetail.journal.line import write_line
    from dovetail.model.event import CheckEnded
    from dovetail.model.outcome import Verdict
    door.sendall(write_line(CheckEnded(1.0, "late", Verdict.PASSED, 1.0, 1)))
"""


def test_who_still_speaks_after_pytest_has_ended_is_heard_out(tmp_path: Path) -> None:
    content = f"""\
import os, subprocess, sys

def test_it():
    until_pytest_is_gone, _ = os.pipe()
    line = subprocess.Popen([sys.executable, "-c", {LATE!r}], stdin=until_pytest_is_gone, stdout=subprocess.PIPE)
    assert line.stdout.readline() == b"there\\n"
"""
    _, heard = run(make_order(tmp_path, content))
    assert [event.check for event in heard if isinstance(event, CheckEnded)] == ["late"]


def test_files_without_tests_are_nothing(tmp_path: Path) -> None:
    tally, heard = run(make_order(tmp_path, "x = 1\n"))
    assert tally.total == 0
    assert heard == []


def test_a_halted_run_ends_pytest(tmp_path: Path) -> None:
    order = make_order(tmp_path, f"{TELLING}    import time\n    time.sleep(60)\n")

    async def halt_at_the_first_event() -> Tally:
        stop = Stop()
        return await run_python_checks(order, lambda _: stop.set("Ctrl-C", halts=True), stop, time.time)

    began = time.monotonic()
    assert asyncio.run(halt_at_the_first_event()).total == 1
    assert time.monotonic() - began < 50


def test_without_pytest_the_files_are_inconclusive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dovetail.app.python_checks.importlib.util.find_spec", lambda _: None)
    tally, heard = run(make_order(tmp_path, TELLING))
    assert tally.verdicts == {Verdict.INCONCLUSIVE: 1}
    assert any(isinstance(event, Noticed) and "dovetail[pytest]" in event.text for event in heard)
