"""What `dovetail --help` and `--version` may load: a command that only tells something starts like bare Python."""

import subprocess
import sys

import pytest

OURS = {
    "dovetail",
    "dovetail.cli",
    "dovetail.cli.command",
    "dovetail.cli.main",
    "dovetail.cli.pipe",
    "dovetail.model",
    "dovetail.model.version",
}
DEAR = {"asyncio", "dataclasses", "importlib.metadata", "inspect", "msgspec", "typing", "uvloop", "yaml", "argparse"}

TELL_LOADED = """
import sys
from dovetail.cli.main import main
main([{word!r}])
print(*sorted(sys.modules), sep=chr(10), file=sys.stderr)
"""


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_telling_loads_next_to_nothing(word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TELL_LOADED.format(word=word)], capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert {name for name in loaded if name.startswith("dovetail")} <= OURS
    assert not loaded & DEAR
