"""Whether the files and folders that dovetail.yaml names are there, told under its lines before anything starts.

Called by whoever is about to start services, and loaded only then.
"""

import re
import shlex
from collections.abc import Collection, Iterator
from pathlib import Path

from msgspec import Struct

from dovetail.app.project import Project
from dovetail.errors import StageError
from dovetail.errors.nearest import nearest
from dovetail.model.data import NOWHERE, Place, locate_value
from dovetail.model.data import Path as Keys
from dovetail.model.graph import prerequisites
from dovetail.model.system import Service, System
from dovetail.plugin.script import find_script
from dovetail.plugin.sheet import Sheet
from dovetail.source.document import build, read_text, shown
from dovetail.source.mistake import Mistakes

FOLDERS = "/"
SHELL_SIGNS = frozenset("&|;<>()")
INTERPRETERS = r"python[\d.]*|node|ruby|perl|php|bash|sh"
SCRIPT = r"[\w./-]+\.(py|[cm]?js|rb|pl|php|sh)"
TOLD_OTHERWISE = r"-\w*[cme]|--eval"


class Lack(Struct, frozen=True):
    """Something named that is not there, at `place`, or where `keys` lead to in dovetail.yaml."""

    keys: Keys
    what: str
    now: str
    place: Place = NOWHERE


def refuse_missing(project: Project, started: Collection[str]) -> None:
    """Raise where a service that is to be started names what is not there."""
    system = project.system
    lacks = [lack for service in system.services if service.name in started for lack in _find_lacks(project, service)]
    if not lacks:
        return
    mistakes = Mistakes()
    document = build(read_text(Path(system.file)), shown(Path(system.file)))
    for lack in lacks:
        place = lack.place if lack.place.file else locate_value(document, lack.keys)
        mistakes.add(place or NOWHERE, lack.what, lack.now)
    mistakes.raise_all()


def note_missing_contracts(project: Project) -> Iterator[str]:
    """Say which contracts are not there: they are drawn and not read, so a run goes on without them."""
    named = [(service.name, service.contract) for service in project.system.services]
    named += [(edge.name, edge.contract) for edge in project.system.edges.values()]
    for name, contract in named:
        if contract and "://" not in contract and not (project.folder / contract).exists():
            yield f"the contract of {name}, {contract}, is not there: {_hint(project.folder, contract)}"


def _find_lacks(project: Project, service: Service) -> Iterator[Lack]:
    above: Keys = ("services", service.name)
    folder = project.folder / service.folder
    if not folder.is_dir():
        yield Lack((*above, "folder"), f"there is no folder {service.folder}", _hint(project.folder, service.folder))
        return
    sheet = project.registry.sheet(service.technology)
    if service.topics and not sheet.has_topics:
        now = "name them below the broker: a service with `technology: kafka`"
        yield Lack((*above, "topics"), f"{service.technology} has no topics", now)
    if _may_be_made(project.system, service):
        return
    is_applied = sheet.sets_up(service)
    for key in ("setup", "cleanup"):
        for index, item in enumerate(getattr(service, key)):
            lack = _look_for_item(project, service, item) if is_applied else _look_for_command(item, folder)
            if lack is not None:
                yield Lack((*above, key, index), *lack)
    commands = [("run", service.run, NOWHERE), ("build", service.build, NOWHERE)]
    commands += [("ready", probe.subject, probe.place) for probe in service.ready if probe.kind == "command"]
    for key, command, place in commands:
        lack = _look_for_command(command, folder)
        if lack is not None:
            yield Lack((*above, key), *lack, place)


def _may_be_made(system: System, service: Service) -> bool:
    """Tell whether something that runs before the service may yet write what it names: its build, or a job."""
    before, waiting = {service.name}, [service.name]
    awaited = prerequisites(system)
    while waiting:
        fresh = awaited[waiting.pop()] - before
        before |= fresh
        waiting += fresh
    return any(system.by_name[name].build for name in before) or any(
        system.by_name[name].is_job for name in before - {service.name}
    )


def _look_for_item(project: Project, service: Service, item: str) -> tuple[str, str] | None:
    """Return what is wrong with an item that a server is set up from: a file it reads, a folder of them, a command."""
    sheet: Sheet = project.registry.sheet(service.technology)
    path = project.folder / item
    if not sheet.setup:
        return f"{service.technology} applies neither `setup` nor `cleanup`", "let a service with `job: true` do it"
    endings = tuple(ending for ending in sheet.setup if ending != FOLDERS)
    if FOLDERS in sheet.setup and path.is_dir():
        is_empty = not any(found for ending in endings for found in path.rglob(f"*{ending}"))
        return (f"the folder {item} holds no {' or '.join(endings)} file", f"looked in {path}") if is_empty else None
    if path.suffix in endings:
        return None if path.is_file() else (f"{item} is not there", _hint(project.folder, item))
    return _look_for_script(item, project.folder)


def _look_for_script(item: str, folder: Path) -> tuple[str, str] | None:
    try:
        words = shlex.split(item)
    except ValueError as odd:
        return f"this cannot be split into words: {odd}", "close the quotes"
    if not words:
        return "this names nothing", "leave it out"
    try:
        find_script(item, folder)
    except StageError as failure:
        problem = failure.problems[0]
        is_there = (folder / words[0]).exists()
        return (problem.what, problem.now) if is_there else _tell_absent(words[0], folder)
    return None


def _look_for_command(command: str, folder: Path) -> tuple[str, str] | None:
    """Return what is wrong with a command whose program or script is named; what a shell makes of one is its own."""
    if not command or SHELL_SIGNS & set(command):
        return None
    try:
        program, *words = shlex.split(command)
    except ValueError:
        return None
    named = program if "/" in program else _find_script(program, words)
    if not named or "{{" in named or (folder / named).exists():
        return None
    return f"{named} is not there", _hint(folder, named)


def _find_script(program: str, words: list[str]) -> str:
    """Return the file that an interpreter is to read, empty where it is told in another way what to do."""
    if not re.fullmatch(INTERPRETERS, program) or any(re.fullmatch(TOLD_OTHERWISE, word) for word in words):
        return ""
    first = next((word for word in words if not word.startswith("-")), "")
    return first if re.fullmatch(SCRIPT, first) else ""


def _tell_absent(name: str, folder: Path) -> tuple[str, str]:
    if "/" in name:
        return f"{name} is not there", _hint(folder, name)
    return f"{name} is not there, nor is it a command", f"{_hint(folder, name)}; looked along the PATH too"


def _hint(folder: Path, written: str) -> str:
    """Return the nearest path that is there, or where was looked."""
    found, rest = folder, list(Path(written).parts)
    while rest and (found / rest[0]).exists():
        found /= rest.pop(0)
    if rest and found.is_dir():
        near = nearest(rest[0], (beside.name for beside in found.iterdir()))
        meant = found.joinpath(near, *rest[1:])
        if near and meant.exists() and not (meant.is_dir() and Path(written).suffix):
            return f"did you mean `{meant.relative_to(folder) if meant.is_relative_to(folder) else meant}`?"
    return f"looked for {folder / written}"
