"""What there is to run a project with, and how to get what is missing. Called by `dovetail doctor`."""

import os
import platform
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from importlib.util import find_spec

from msgspec import Struct

from dovetail.app.project import Project
from dovetail.environment.attendance import find_stages
from dovetail.errors import DovetailError
from dovetail.model.system import Service
from dovetail.model.version import VERSION
from dovetail.plugin.registry import Registry

OPEN_FILES_WANTED = 1024
DISK_WANTED = 500 * 1024 * 1024
MINIMUM_PYTHON = (3, 11)


class Health(StrEnum):
    FINE = "fine"
    NOTE = "note"
    MISSING = "missing"


class Finding(Struct, frozen=True):
    """One thing looked at; `now` says what to do where it is not fine."""

    subject: str
    health: Health
    what: str
    now: str = ""


def examine(registry: Registry, project: Project | None) -> Iterator[Finding]:
    """Look at the machine, then at every technology the project names, or at all where there is no project."""
    yield from _examine_machine()
    if project is None:
        yield Finding("project", Health.NOTE, "no dovetail.yaml here", "write a first one: dovetail init")
        services = [Service(sheet.name, sheet.name) for sheet in registry.sheets if "launcher" in sheet.parts]
        services = [service for service in services if service.technology != "process"]
    else:
        count = len(project.system.services)
        yield Finding("project", Health.FINE, f"{project.system.name}, {count} services, {project.system.file}")
        services = [service for service in project.system.services if not service.external]
    for service in services:
        yield _examine_provider(registry, service)
    spoken = {service.technology for service in services}
    for sheet in registry.sheets:
        if sheet.name in spoken and sheet.library:
            yield _examine_library(sheet.name, sheet.library, sheet.extra or sheet.name)
    yield _examine_library("Python checks", "pytest", "pytest")


def _examine_machine() -> Iterator[Finding]:
    version = platform.python_version()
    is_new_enough = sys.version_info >= MINIMUM_PYTHON
    yield Finding("dovetail", Health.FINE, f"{VERSION} on Python {version}, {platform.system()} {platform.machine()}")
    if not is_new_enough:
        yield Finding("python", Health.MISSING, f"Python {version}", "use Python 3.11 or later")
    if find_spec("uvloop") is None:
        yield Finding("uvloop", Health.NOTE, "not installed: edges and drivers are slower", "pip install uvloop")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        yield Finding("account", Health.NOTE, "root: servers that refuse root are started as another account")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    is_enough = soft == resource.RLIM_INFINITY or soft >= OPEN_FILES_WANTED
    yield Finding(
        "open files",
        Health.FINE if is_enough else Health.NOTE,
        f"at most {soft} (hard limit {hard})",
        "" if is_enough else f"raise it: ulimit -n {OPEN_FILES_WANTED}",
    )
    free = shutil.disk_usage(tempfile.gettempdir()).free
    has_room = free >= DISK_WANTED
    now = "" if has_room else "make room, or set TMPDIR to another disk"
    yield Finding(
        "disk", Health.FINE if has_room else Health.NOTE, f"{free / 2**30:.1f} GiB free in {tempfile.gettempdir()}", now
    )
    running = find_stages()
    if running:
        systems = ", ".join(sorted({info.system for info in running}))
        many = "one environment is" if len(running) == 1 else f"{len(running)} environments are"
        yield Finding("running", Health.NOTE, f"{many} up: {systems}", "see: dovetail ps --all")


def _examine_provider(registry: Registry, service: Service) -> Finding:
    try:
        launcher = registry.launcher(service.launched_by)
        if launcher is None:
            now = f"name its address under environments: {service.name}: <address>"
            return Finding(service.name, Health.MISSING, f"Dovetail cannot start {service.technology}", now)
        provider = launcher.provider(service)
    except DovetailError as failure:
        problem = failure.problems[0]
        return Finding(service.name, Health.MISSING, problem.what, problem.now)
    if not provider.path:
        return Finding(service.name, Health.MISSING, f"no {service.launched_by} to start it with", provider.now)
    told = " ".join(part for part in (provider.name, provider.version) if part)
    return Finding(service.name, Health.FINE, f"{service.launched_by}: {told}, {provider.path}")


def _examine_library(subject: str, library: str, extra: str) -> Finding:
    if find_spec(library) is not None:
        return Finding(f"{subject}, library", Health.FINE, library)
    return Finding(
        f"{subject}, library", Health.MISSING, f"{library} is not installed", f"pip install 'dovetail[{extra}]'"
    )
