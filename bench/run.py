"""Run every bench, one after the other, and print one table; called by `make bench`."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import cast

from bench.table import Row, render

TOOLS = frozenset({"__init__", "run", "table", "peer", "suite", "answering", "program", "crossing", "talk"})


def main(wanted: Sequence[str]) -> int:
    """Measure the benches named in `wanted`, or all; return 1 where a floor is missed."""
    rows: list[Row] = []
    for name in _names(wanted):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows += _measure(name)
    print(render(rows))
    return 1 if any(row.is_met is False for row in rows) else 0


def _names(wanted: Sequence[str]) -> tuple[str, ...]:
    modules = sorted(path.stem for path in Path(__file__).parent.glob("*.py"))
    names = tuple(name for name in modules if name not in TOOLS and not name.startswith("_"))
    unknown = set(wanted) - set(names)
    if unknown:
        sys.exit(f"no bench named {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    return tuple(name for name in names if not wanted or name in wanted)


def _measure(name: str) -> tuple[Row, ...]:
    """Return a bench's rows; one that breaks is a row that says so, and the others still run."""
    module = import_module(f"bench.{name}")
    if not hasattr(module, "measure"):
        return ()
    try:
        return cast("tuple[Row, ...]", module.measure())
    except Exception as failure:  # noqa: BLE001 - the table tells which bench broke instead of losing the others
        return (Row(name, None, broken=f"broken: {type(failure).__name__}: {failure}"),)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
