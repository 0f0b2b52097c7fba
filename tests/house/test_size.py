"""Rooms stay small: lines of a module, lines and parameters of a function, public methods of a class."""

import ast
from pathlib import Path
from typing import Any

import pytest

MODULE_LINES = 400
FUNCTION_LINES = 50
PARAMETERS = 6
PUBLIC_METHODS = 12
ROUND_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "base", "misc", "shared", "manager"}

# The stage speaks one protocol over one wire: its three faces offer the same fourteen verbs.
WIDE_CLASSES = {"Stage", "GivenStage", "LiveStage", "RemoteStage"}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_is_longer_than_the_wall(modules: tuple[Any, ...]) -> None:
    assert not [m.name for m in modules if len(m.text.splitlines()) > MODULE_LINES]


@pytest.mark.parametrize("room", ["tests", "bench"])
def test_no_file_beside_the_package_is_longer_than_the_wall(root: Path, room: str) -> None:
    files = [*root.joinpath(room).glob("*.py"), *root.joinpath(room).glob("[!.]*/**/*.py")]
    assert files
    lengths = {str(file.relative_to(root)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert not {name: length for name, length in lengths.items() if length > MODULE_LINES}


def test_no_function_is_longer_than_a_screen(modules: tuple[Any, ...]) -> None:
    wrong = [
        f"{module.name}.{function.name}: {(function.end_lineno or 0) - function.lineno + 1} lines"
        for module in modules
        for function in functions(module.tree)
        if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES
    ]
    assert not wrong


def test_no_function_takes_more_than_six_parameters(modules: tuple[Any, ...]) -> None:
    wrong = []
    for module in modules:
        for function in functions(module.tree):
            taken = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            count = len([a for a in taken if a.arg not in ("self", "cls")])
            if count > PARAMETERS:
                wrong.append(f"{module.name}.{function.name}: {count}")
    assert not wrong


def test_no_class_has_more_than_twelve_public_methods(modules: tuple[Any, ...]) -> None:
    wrong = []
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and node.name not in WIDE_CLASSES:
                public = [f.name for f in node.body if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef)]
                count = len([name for name in public if not name.startswith("_")])
                if count > PUBLIC_METHODS:
                    wrong.append(f"{module.name}.{node.name}: {count}")
    assert not wrong


def test_no_room_has_a_name_that_says_nothing(modules: tuple[Any, ...]) -> None:
    assert not [module.name for module in modules if set(module.name.split(".")) & ROUND_NAMES]


def test_every_module_says_what_lives_in_it(modules: tuple[Any, ...]) -> None:
    silent = [m.name for m in modules if not ast.get_docstring(m.tree) and not (m.is_package and not m.text)]
    assert not silent
