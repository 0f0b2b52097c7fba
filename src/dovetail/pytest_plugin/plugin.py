"""The pytest plugin: YAML checks as items, the environment as fixtures. Loaded by its entry point.

Where no dovetail.yaml is found it adds nothing but its marker. Nothing is started before the first check runs.
"""

import inspect
import os
import re
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dovetail.pytest_plugin.company import Company

FILE_NAME = "dovetail.yaml"
NAME = re.compile(r"^system:\s*['\"]?([\w.-]+)", re.MULTILINE)
MARKER = "scope(name): the section of Dovetail's report that a Python check belongs to; `services` without it"


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    file = find_file(config)
    if file is None:
        return
    from dovetail.pytest_plugin.company import Company  # noqa: PLC0415 - nobody else's pytest pays for it

    company = Company(file, fixture_name(file))
    config.stash[COMPANY] = company
    config.pluginmanager.register(company, "dovetail-company")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    company: Company | None = parent.config.stash.get(COMPANY, None)
    if company is None or not company.is_suite_file(file_path):
        return None
    from dovetail.pytest_plugin.item import CheckFile  # noqa: PLC0415 - see above

    return CheckFile.from_parent(parent, path=file_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Keep how the call went, so that the environment can tell the run when the test lets go of it."""
    report = yield
    if call.when == "call":
        item.stash[REPORT] = report
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run an async test that speaks to an environment, unless another plugin has claimed it by its marker."""
    is_claimed = any(pyfuncitem.get_closest_marker(name) for name in ("asyncio", "anyio", "trio"))
    company = pyfuncitem.config.stash.get(COMPANY, None)
    if company is None or is_claimed or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    if not company.is_used_by(pyfuncitem):
        return None
    import asyncio  # noqa: PLC0415 - see above

    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


def find_file(config: pytest.Config) -> Path | None:
    """Look upwards from the first path on the command line, then from the root folder, as far as a repository goes."""
    first = Path(str(config.args[0]).partition("::")[0]) if config.args else Path()
    for start in ((config.invocation_params.dir / first).resolve(), config.rootpath):
        for folder in (start, *start.parents):
            if (folder / FILE_NAME).is_file():
                return folder / FILE_NAME
            if (folder / ".git").exists():
                break
    return None


def fixture_name(file: Path) -> str:
    """Return the system's name as a Python name: `my-shop` is the fixture my_shop."""
    found = NAME.search(file.read_text(encoding="utf-8", errors="replace"))
    return re.sub(r"\W", "_", found[1] if found else file.parent.name)


def share_key() -> str:
    """Return what all workers of one pytest run have in common."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pytest-{os.getpid()}")


COMPANY: pytest.StashKey["Company"] = pytest.StashKey()
REPORT = pytest.StashKey[pytest.TestReport]()
