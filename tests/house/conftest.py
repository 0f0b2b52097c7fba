"""The house as data: every module of the package with its parsed text and the modules it imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"


@dataclass(frozen=True)
class Module:
    name: str
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def is_package(self) -> bool:
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        parts = self.name.split(".")
        if len(parts) > 1 and parts[1] == "tech":
            return ".".join(parts[1:3])
        return parts[1] if len(parts) > 1 else ""

    def imported(self, known: frozenset[str]) -> Iterator[str]:
        """Yield every module of the package that is imported anywhere in this one, also in a function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names if alias.name.startswith("dovetail"))
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dovetail"):
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    yield inner if inner in known else str(node.module)

    def foreign(self) -> Iterator[str]:
        """Yield the top name of every library that is imported anywhere in this module."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.split(".")[0]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found.append(Module(name, path))
    return tuple(found)


@pytest.fixture(scope="session")
def names(modules: tuple[Module, ...]) -> frozenset[str]:
    return frozenset(module.name for module in modules)
