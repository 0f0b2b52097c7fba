"""The pytest plugin's door: where a dovetail.yaml is found, the company with its hooks and fixtures joins pytest.

Loaded by its entry point in every pytest of an environment, so it costs nothing where there is no dovetail.yaml.
"""

import re
from pathlib import Path

import pytest

FILE_NAME = "dovetail.yaml"
NAME = re.compile(r"^system:\s*['\"]?([\w.-]+)", re.MULTILINE)
MARKERS = (
    "scope(name): the section of Dovetail's report that a Python check belongs to; `services` without it",
    "isolation(word, *services): how a Python check is kept apart: unique, shared, rollback, clone, reset or slice",
)


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    file = find_file(config)
    if file is not None:
        from dovetail.pytest_plugin.company import gather_company  # noqa: PLC0415 - nobody else's pytest pays for it

        config.pluginmanager.register(gather_company(file, fixture_name(file)), "dovetail-company")


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
