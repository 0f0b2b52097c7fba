"""Runs in odd surroundings: what a machine lacks or names strangely changes no verdict, or is told in one sentence."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

CHECK = "  - {name: it answers, steps: [{http: GET /a, expect: {status: 200}}]}\n"
PYTHON_CHECK = """\
def test_it_answers(tiny):
    tiny.http("app").get("/a").expect(status=200)
"""


def test_a_temporary_folder_with_a_long_name_is_no_hindrance(project: Any) -> None:
    project.checks(CHECK)
    project.write("tests/integration/test_a.py", PYTHON_CHECK)
    long = Path(tempfile.mkdtemp(prefix="long" * 25))
    said = project.type("run", TMPDIR=str(long))
    shutil.rmtree(long)
    assert said.code == 0, said.out
    assert "2 passed" in said.out
