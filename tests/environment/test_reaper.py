import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dovetail.environment import reaper
from dovetail.environment.reaper import MARK, descendants, kill, marked, read_kin, remove_leased

FAMILY = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("born", flush=True)
        time.sleep(60)
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("kin", "found"),
    [
        ({2: (1, "S"), 3: (2, "S"), 4: (3, "R"), 5: (9, "S")}, [2, 3, 4]),
        ({2: (1, "Z"), 3: (2, "S")}, [3]),
        ({2: (9, "S")}, []),
    ],
)
def test_descendants_are_found_through_the_dead_but_are_not_the_dead(kin: reaper.Kin, found: list[int]) -> None:
    assert descendants(1, kin) == found


def test_a_mark_finds_what_descent_does_not(wait_for: Callable[..., None]) -> None:
    mark = f"test{os.getpid()}"
    parent = subprocess.Popen(
        [sys.executable, "-S", "-c", FAMILY], stdout=subprocess.PIPE, env={**os.environ, MARK: mark}
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"born\n"
    assert len(marked(mark, read_kin())) == 3
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert marked(mark, read_kin())
    kill(marked(mark, read_kin()))
    wait_for(lambda: not marked(mark, read_kin()))


def test_only_what_lies_in_a_folder_of_the_same_name_is_removed(tmp_path: Path) -> None:
    ground, elsewhere, memory = tmp_path / "ground", tmp_path / "elsewhere", tmp_path / "memory" / "ground"
    (memory / "stage").mkdir(parents=True)
    (ground / "stage" / "deep").mkdir(parents=True)
    elsewhere.mkdir()
    (ground / "stage.sock").touch()
    made = (f"file\t{ground}/stage.sock", f"folder\t{ground}/stage", f"folder\t{memory}/stage")
    lines = "\n".join(("port\t1234 a", *made, f"folder\t{elsewhere}", ""))
    (ground / "stage.lease").write_text(lines, encoding="utf-8")
    remove_leased(str(ground / "stage.lease"))
    assert not ground.exists()
    assert not memory.exists()
    assert elsewhere.exists()


def test_a_lease_that_is_gone_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "another").touch()
    remove_leased(str(tmp_path / "gone.lease"))
    assert (tmp_path / "another").exists()


def test_the_reaper_starts_in_a_few_milliseconds_worth_of_imports() -> None:
    program = f"import sys, runpy; runpy.run_path({reaper.__file__!r}); print(*sys.modules)"
    seen = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program],
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert not {"asyncio", "subprocess", "pathlib", "dataclasses", "ctypes", "shutil", "dovetail"} & set(seen)
