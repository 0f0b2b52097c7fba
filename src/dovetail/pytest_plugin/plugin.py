"""The pytest plugin's door: where a dovetail.yaml is found, the company with its hooks and fixtures joins pytest.

Loaded by its entry point in every pytest of an environment, so it costs nothing where there is no dovetail.yaml.
"""

import os
import re
from pathlib import Path
from typing import Protocol

import pytest

FILE_NAME = "dovetail.yaml"
NAME = re.compile(r"^system:\s*['\"]?([\w.-]+)", re.MULTILINE)
MARKERS = (
    "scope(name): the section of Dovetail's report that a Python check belongs to; `services` without it",
    "isolation(word, *services): how a Python check is kept apart: unique, shared, rollback, clone, reset or slice",
)
CONTROLLER = "dovetail_controller"


class Spec(Protocol):
    """How pytest-xdist starts a worker."""

    popen: bool | None
    python: str | None
    via: str | None


class Gateway(Protocol):
    spec: Spec


class Node(Protocol):
    """What is asked of a worker by its controller."""

    gateway: Gateway
    workerinput: dict[str, object]


def pytest_configure(config: pytest.Config) -> None:
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    file = find_file(config)
    if file is not None:
        from dovetail.pytest_plugin.company import gather_company  # noqa: PLC0415 - nobody else's pytest pays for it

        controller = getattr(config, "workerinput", {}).get(CONTROLLER, 0)
        config.pluginmanager.register(gather_company(file, fixture_name(file), controller), "dovetail-company")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    """Tell a worker of pytest-xdist who we are, where it is a child of ours for sure."""
    spec = node.gateway.spec
    if spec.popen and not spec.python and not spec.via:
        node.workerinput[CONTROLLER] = os.getpid()


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
