"""All that is decided before a run starts anything: options, environment, plan, services. Called by the cli."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from dovetail.app.config import Settings, resolve
from dovetail.app.history import History
from dovetail.app.options import RUN_OPTIONS
from dovetail.app.project import Project, is_there, open_project
from dovetail.engine.cast import gather_knowledge
from dovetail.engine.plan import Plan, PlanOrder, flow, make_plan
from dovetail.engine.selection import Selection
from dovetail.environment.order import StageOrder
from dovetail.environment.selection import find_started
from dovetail.errors import NothingSelectedError, Problem, SuiteError, UsageError
from dovetail.errors.nearest import nearest, suggest
from dovetail.model.check import Suite
from dovetail.model.data import Data, Place
from dovetail.model.system import EnvironmentSpec
from dovetail.source.document import shown
from dovetail.source.environment import choose_environment
from dovetail.source.excerpt import Excerpts
from dovetail.source.location import SYSTEM_FILE, TESTS, find_tests

ALL = "all"
ISOLATION_MARKER = "isolation("
PREFIX = "DOVETAIL_"
SEVERAL = 2
OWN_VARIABLES = frozenset({"EVENTS", "LEASE", "ONLY", "RUN", "RUNNER", "SCOPES", "SERVICE", "SOCKET", "STAGE"})


class RunRequest(Struct, frozen=True):
    """What a face asks for: where it stands, the flags that were given, the words behind the command."""

    start: Path
    environ: Mapping[str, str]
    flags: Mapping[str, Data]
    words: tuple[str, ...] = ()


class Preparation(Struct, frozen=True):
    """`services` are those the checks reach; `agents` how many checks are played at once."""

    project: Project
    settings: Settings
    environment: EnvironmentSpec
    suite: Suite
    plan: Plan
    run: str
    agents: int
    services: frozenset[str]
    stage: StageOrder
    is_stage_shared: bool = False
    scopes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def python_files(self) -> tuple[str, ...]:
        return self.suite.python_files

    @property
    def needs_stage(self) -> bool:
        """Tell whether anything may be asked of the system; where all is left out, nothing is started."""
        return bool(self.python_files) or self.plan.is_played


def prepare_run(request: RunRequest) -> Preparation:
    """Read, resolve and plan; whatever is wrong is raised here, before anything starts."""
    project = open_project(request.start, request.environ)
    system = project.system
    settings = resolve(request.flags, request.environ, system.defaults, system.file)
    environment = choose_environment(system, settings.text("environment"))
    scopes, paths = _sort_words(request, project)
    suite = project.read_checks(paths)
    _refuse_empty(paths, suite)
    seed = settings.text("seed") or os.urandom(2).hex()
    failed = History(system.folder).unhappy() if settings.is_on("failed") else None
    selection = Selection(scopes, settings.text("tags"), settings.text("text"), failed)
    stage = StageOrder(system, environment, settings.is_on("direct"), is_kept=settings.is_on("keep"), seed=seed)
    is_shared = bool(suite.python_files) or stage.is_kept or _is_running(stage)
    order = PlanOrder(selection, seed, environment, is_shared, settings.is_on("direct"))
    try:
        plan = make_plan(system, suite, gather_knowledge(project.registry, system), order)
    except SuiteError as mistake:
        mistake.problems = [_show(problem) for problem in mistake.problems]
        raise
    services = _needed_services(project, suite, plan)
    is_copied = stage.is_kept or plan.needs_copies or _may_ask_for_copies(project, suite)
    stage = replace(stage, services=services, is_copied=is_copied, is_partial=True)
    prepared = Preparation(
        project=project,
        settings=settings,
        environment=environment,
        suite=suite,
        plan=plan,
        run=f"{time.strftime('%Y%m%d-%H%M%S')}-{os.urandom(2).hex()}",
        agents=settings.agents(os.cpu_count() or 1),
        services=services,
        stage=stage,
        is_stage_shared=is_shared,
        scopes=scopes,
        notes=(*_note_misspelt(request.environ), *_note_oddities(project, settings)),
    )
    lacks = _look_for_files(project, stage) if prepared.needs_stage else ()
    return replace(prepared, notes=(*prepared.notes, *lacks))


def _look_for_files(project: Project, stage: StageOrder) -> tuple[str, ...]:
    """Refuse to start what names a file that is not there; returns what is to be said of files that only help."""
    started = find_started(stage)
    system = project.system
    has_contracts = any(one.contract for one in system.services) or any(one.contract for one in system.edges.values())
    if not (started or has_contracts):
        return ()
    from dovetail.app.provision import note_missing_contracts, refuse_missing

    refuse_missing(project, started)
    return tuple(note_missing_contracts(project))


def _note_misspelt(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Name the variables that look like an option's, but are none."""
    options = {option.variable.removeprefix(PREFIX) for option in RUN_OPTIONS}
    words = {name.removeprefix(PREFIX) for name in environ if name.startswith(PREFIX)} - options - OWN_VARIABLES
    meant = {word: near for word in sorted(words) if (near := nearest(word, options))}
    return tuple(f"the variable {PREFIX}{word} says nothing: is {PREFIX}{near} meant?" for word, near in meant.items())


def _note_oddities(project: Project, settings: Settings) -> tuple[str, ...]:
    """Say what an option asks for in vain; refuse what would reach further than was asked."""
    if not settings.is_on("mock_external"):
        return ()
    external = [service.name for service in project.system.services if service.external]
    if not external:
        return ("--mock-external changes nothing: no service of this system is external",)
    what = f"--mock-external: there is no stand-in for {', '.join(external)}"
    raise UsageError(Problem(what, "run without it to speak to the real service"))


def _show(problem: Problem) -> Problem:
    """Put the user's own line under a problem that has none yet."""
    if problem.text or not problem.line:
        return problem
    place = Place(problem.file, problem.line, problem.column)
    excerpts = Excerpts()
    width = len(excerpts.token(place)) if problem.width == 1 else problem.width
    return replace(problem, text=excerpts.line(place), width=max(1, width))


def _is_running(order: StageOrder) -> bool:
    """Tell whether a kept stage of this order runs; none is ever where nothing may be started or all has an address."""
    given = order.environment.addresses
    if order.environment.is_read_only or all(given.get(one.name) or one.external for one in order.system.services):
        return False
    from dovetail.environment.attendance import find_kept

    return find_kept(order) is not None


def _sort_words(request: RunRequest, project: Project) -> tuple[tuple[str, ...], tuple[Path, ...]]:
    """Part what stands behind `run` into scopes and paths; the folder of the project itself stands for all."""
    scopes: list[str] = []
    paths: list[Path] = []
    start = request.start.parent if request.start.is_file() else request.start
    for word in request.words:
        path = start / word
        is_path = bool(word) and is_there(path) and (os.sep in word or bool(path.suffix) or path.is_dir())
        if word in project.words.scopes:
            scopes.append(word)
        elif is_path and not is_there(path / SYSTEM_FILE):
            paths.append(path)
        elif word != ALL and not is_path:
            now = _find_meant(word, project)
            raise UsageError(Problem(f"{word!r} is neither a scope nor a file or folder of checks", now))
    return tuple(scopes), tuple(paths)


def _refuse_empty(paths: tuple[Path, ...], suite: Suite) -> None:
    """Refuse a file or folder that was named and holds no checks, however many others do."""
    if len(paths) < SEVERAL:
        return
    files = [Path(name) for name in {*(check.place.file for check in suite.checks), *suite.python_files}]
    known = {path for file in files for path in (file.absolute(), file.resolve())}
    told = known.union(*(path.parents for path in known))
    empty = [shown(path) for path in paths if told.isdisjoint((path.absolute(), path.resolve()))]
    if empty:
        raise NothingSelectedError(*(Problem(f"there are no checks in {path}", "name another place") for path in empty))


def _find_meant(word: str, project: Project) -> str:
    """Tell the file of checks that `word` names but for its folder or ending, or else the nearest scope."""
    checks, python = find_tests(project.folder / TESTS)
    for file in (*checks, *python):
        if word in {file.stem, file.name}:
            return f"did you mean {file.relative_to(project.folder)}?"
    return suggest(word, {*project.words.scopes, ALL})


def _needed_services(project: Project, suite: Suite, plan: Plan) -> frozenset[str]:
    """Return the services that the plan's checks can touch; empty means all, which Python checks may want."""
    if suite.python_files:
        return frozenset()
    system = project.system
    needed = frozenset(name for service in plan.named for name in flow(system, service).services)
    return needed or frozenset(system.by_name)


def _may_ask_for_copies(project: Project, suite: Suite) -> bool:
    """Look whether a Python check may ask for an isolation; what its marker says is known only once it is collected."""
    files = {project.folder / name for name in suite.python_files}
    folders = {folder for file in files for folder in file.parents if folder.is_relative_to(project.folder)}
    texts = [*files, *(found for folder in folders if (found := folder / "conftest.py").is_file())]
    return any(ISOLATION_MARKER in file.read_text(encoding="utf-8", errors="replace") for file in texts)
