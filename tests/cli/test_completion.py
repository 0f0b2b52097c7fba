"""Completion scripts name every command and option, in the shell's own grammar."""

import shutil
import subprocess
from typing import Any

import pytest

from dovetail.app.options import RUN_OPTIONS
from dovetail.cli.command import COMMANDS


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_is_printed_for_each_shell(type_: Any, shell: str) -> None:
    said = type_("completion", shell)
    assert said.code == 0
    assert all(name in said.out for name, _, _ in COMMANDS)
    assert all(option.name.replace("_", "-") in said.out for option in RUN_OPTIONS)
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=said.out, text=True, check=True)
