"""Importing a module does nothing but define, and every module can be imported first."""

import ast
import subprocess
import sys
from typing import Any

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
)

IMPORT_EACH = """
import importlib, os, sys
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException as error:
            print(f"{name}: {error!r}", flush=True)
            os._exit(1)
        os._exit(0)
    os.waitpid(child, 0)
"""


def is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        test = ast.unparse(node.test)
        return test == "TYPE_CHECKING" or "__name__" in test or "sys.platform" in test or "sys.version_info" in test
    return isinstance(node, DEFINITIONS)


def test_importing_a_module_does_nothing_but_define(modules: tuple[Any, ...]) -> None:
    acting = [
        f"{module.name}:{node.lineno}" for module in modules for node in module.tree.body if not is_definition(node)
    ]
    assert not acting


def test_every_module_imports_alone(modules: tuple[Any, ...]) -> None:
    names = [module.name for module in modules]
    done = subprocess.run([sys.executable, "-c", IMPORT_EACH, *names], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr
