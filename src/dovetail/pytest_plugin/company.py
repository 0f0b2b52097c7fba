"""One pytest process's company: the player, made when first needed, the hooks and the fixtures that speak through it.

Nothing is started before the first check runs.
"""

import asyncio
import inspect
import os
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Protocol

import pytest
from msgspec.structs import replace

from dovetail.app.python.check import PythonCheck
from dovetail.app.python.environment import EdgeHandle, Environment, FaultHandle, ServiceHandle
from dovetail.app.python.player import Player
from dovetail.app.python.seclusion import Marked
from dovetail.app.python_selection import TEARDOWN, id_of, scope_of
from dovetail.app.warm import is_running
from dovetail.errors import DovetailError
from dovetail.model.data import Data, Place
from dovetail.model.event import PlannedCheck
from dovetail.model.outcome import Verdict
from dovetail.pytest_plugin.crash import tell_crash
from dovetail.pytest_plugin.item import CheckFile, CheckItem

SUITE_FOLDER = ("tests", "integration")
EVENTS = "DOVETAIL_EVENTS"
OTHERS_MARKERS = ("asyncio", "anyio", "trio")
REPORT = pytest.StashKey[pytest.TestReport]()
CRASH = pytest.StashKey[str]()
HAS_BEGUN = pytest.StashKey[bool]()
IS_UNCLEAN = pytest.StashKey[bool]()


class FaultMaker(Protocol):
    def __call__(self, edge: str, /, **words: Data) -> FaultHandle: ...


class Company:
    """What pytest is handed; `gather_company` adds the fixture with the system's own name."""

    def __init__(self, file: Path, name: str, controller: int) -> None:
        self._file = file
        self._name = name
        self._controller = controller
        self._player: Player | None = None

    @property
    def player(self) -> Player:
        if self._player is None:
            self._player = Player(self._file.parent, os.environ, _share_key(), self._controller)
        return self._player

    def pytest_report_header(self) -> str | None:
        """Say which environment is up already, since tests will meet what is in it; a wrong suite is told elsewhere."""
        if not is_running(str(self._file.parent)):
            return None
        try:
            kept = self.player.find_kept()
        except DovetailError:
            return None
        return f"dovetail: checks join {kept.system} · {kept.environment}, which stays up" if kept else None

    def is_suite_file(self, path: Path) -> bool:
        """Tell whether a file holds checks; fragments and fixtures beside them do not."""
        folder = self._file.parent.joinpath(*SUITE_FOLDER)
        if path.suffix not in (".yaml", ".yml") or not path.is_relative_to(folder):
            return False
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        return any(line.startswith("checks:") for line in lines)

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        if not self.is_suite_file(file_path):
            return None
        file = CheckFile.from_parent(parent, path=file_path)
        file.player = self.player
        return file

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Let the stage remember its data where a test starts from it."""
        if any(read_isolation(item).needs_copies for item in session.items):
            self.player.foresee_copies()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep how it went, so that the run is told when the test lets go of its environment.

        What never had one, or failed after it had let go, is told here.
        """
        report = yield
        if call.excinfo is not None and report.failed:
            item.stash[CRASH] = tell_crash(call.excinfo, item.path, self._file.parent)
        is_last = call.when == "teardown"
        if not is_last and not (call.when == "setup" and report.passed):
            item.stash[REPORT] = report
        is_told = item.stash.get(IS_UNCLEAN if is_last else HAS_BEGUN, False)
        if not report.passed and not is_told and not isinstance(item, CheckItem) and EVENTS in os.environ:
            planned = _plan(item, self.player.folder, Marked())
            if is_last:
                planned = replace(planned, id=planned.id + TEARDOWN, name=f"{planned.name}: teardown")
            self.player.tell(planned, *_read(item, report))
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run an async test that speaks to the environment, unless another plugin has claimed it by its marker."""
        is_claimed = any(pyfuncitem.get_closest_marker(name) for name in OTHERS_MARKERS)
        is_ours = {self._name, "environment"} & set(pyfuncitem.fixturenames)
        if is_claimed or not is_ours or not inspect.iscoroutinefunction(pyfuncitem.obj):
            return None
        wanted = inspect.signature(pyfuncitem.obj).parameters
        asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
        return True

    @pytest.fixture
    def environment(self, request: pytest.FixtureRequest) -> Environment:
        """Give the running system under a name that does not depend on it."""
        found: Environment = request.getfixturevalue(self._name)
        return found

    @pytest.fixture
    def service(self, environment: Environment) -> Callable[[str], ServiceHandle]:
        """`service("orders").restart()`."""
        return environment.service

    @pytest.fixture
    def edge(self, environment: Environment) -> Callable[[str], EdgeHandle]:
        """`edge("orders -> payments").calls`."""
        return environment.edge

    @pytest.fixture
    def fault(self, environment: Environment) -> FaultMaker:
        """`fault("orders -> payments", latency="2s")`: in force until the test ends."""

        def make(edge: str, /, **words: Data) -> FaultHandle:
            return environment.edge(edge).fault(**words).start()

        return make

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let the stage go; what remains of it fails the run."""
        if self._player is None:
            return
        remains = self._player.close()
        if remains:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            reporter = session.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.write_line(f"dovetail: left behind: {', '.join(remains)}", red=True)


def gather_company(file: Path, name: str, controller: int) -> Company:
    """Return a company with a fixture named after the system; pytest looks for fixtures on the class.

    `controller` is the process that this one must not outlive, 0 where it is a worker of none.
    """

    @pytest.fixture(name=name)
    def own_environment(self: Company, request: pytest.FixtureRequest) -> Iterator[Environment]:
        player = self.player
        request.node.stash[HAS_BEGUN] = True
        try:
            marked = read_isolation(request.node)
            environment, check = player.begin(_plan(request.node, player.folder, marked), marked)
        except DovetailError as failure:
            pytest.fail(str(failure), pytrace=False)
        yield environment
        trouble = player.end(check, *_judge(request.node, check))
        if trouble:
            request.node.stash[IS_UNCLEAN] = True
            pytest.fail(f"cleanup failed: {trouble}", pytrace=False)

    company: type[Company] = type("SystemCompany", (Company,), {"own_environment": own_environment})
    return company(file, name, controller)


def read_isolation(item: pytest.Item) -> Marked:
    """Return what the nearest `@pytest.mark.isolation(…)` says."""
    marker = item.get_closest_marker("isolation")
    if marker is None or not marker.args:
        return Marked()
    word, *services = map(str, marker.args)
    return Marked(word, tuple(services))


def _plan(item: pytest.Item, folder: Path, marked: Marked) -> PlannedCheck:
    path, line, _ = item.reportinfo()
    file = Path(path)
    shown = file.relative_to(folder) if file.is_relative_to(folder) else file
    name = item.name.removeprefix("test_").replace("_", " ")
    return PlannedCheck(
        id=id_of(item, folder),
        name=name,
        scope=scope_of(item),
        place=Place(shown.as_posix(), (line or 0) + 1),
        tags=tuple(sorted({marker.name for marker in item.iter_markers()} - {"scope", "isolation"})),
        isolation=marked.word,
    )


def _judge(item: pytest.Item, check: PythonCheck) -> tuple[Verdict, str]:
    report = item.stash.get(REPORT, None)
    if report is None:
        return Verdict.INCONCLUSIVE, "the test did not come to an end"
    if report.passed and not check.expectations and "assert" not in _source(item):
        return Verdict.INCONCLUSIVE, "no expectation was evaluated"
    return _read(item, report)


def _read(item: pytest.Item, report: pytest.TestReport) -> tuple[Verdict, str]:
    if report.skipped:
        return Verdict.SKIPPED, str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else "skipped"
    if report.failed:
        told = report.longreprtext.strip().splitlines() or ["failed"]
        return Verdict.FAILED, item.stash.get(CRASH, told[-1])
    return Verdict.PASSED, ""


def _share_key() -> str:
    """Return what all workers of one pytest run have in common."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pytest-{os.getpid()}")


def _source(item: pytest.Item) -> str:
    function = getattr(item, "function", None)
    try:
        return inspect.getsource(function) if function else ""
    except OSError:
        return "assert"
