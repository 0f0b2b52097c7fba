"""No module imports itself by any way round."""

from graphlib import CycleError, TopologicalSorter
from typing import Any


def test_no_imports_go_in_a_circle(modules: tuple[Any, ...], names: frozenset[str]) -> None:
    graph = {module.name: set(module.imported(names)) - {module.name} for module in modules}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        raise AssertionError(" -> ".join(circle.args[1])) from None
