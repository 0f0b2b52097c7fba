"""Every module has its tests in the mirrored place."""

import ast
from pathlib import Path
from typing import Any

# Modules that only describe: sockets without code, words, values. Their users' tests speak for them.
DESCRIPTIONS = ("sheet", "vocabulary")


def is_description(tree: ast.Module) -> bool:
    """A module without a single statement that computes: protocols, values, tables of words."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            is_socket = all(isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant) for s in body)
            is_short_answer = len(body) == 1 and isinstance(body[0], ast.Return)
            if not is_socket and not is_short_answer:
                return False
    return True


def test_every_module_that_computes_has_its_tests(modules: tuple[Any, ...], root: Path) -> None:
    missing = []
    for module in modules:
        if module.is_package or is_description(module.tree):
            continue
        parts = module.path.relative_to(root / "src/dovetail").with_suffix("").parts
        expected = root.joinpath("tests", *parts[:-1], f"test_{parts[-1].lstrip('_')}.py")
        if not expected.exists():
            missing.append(str(expected.relative_to(root)))
    assert not missing


def test_every_test_module_has_its_module(root: Path) -> None:
    orphans = []
    for path in (root / "tests").rglob("test_*.py"):
        parts = path.relative_to(root / "tests").parts
        if parts[0] in ("house", "golden"):
            continue
        source = root.joinpath("src/dovetail", *parts[:-1], path.stem.removeprefix("test_"))
        if not source.is_dir() and not any(source.with_suffix(kind).exists() for kind in (".py", ".js")):
            orphans.append(str(path.relative_to(root)))
    assert not orphans
