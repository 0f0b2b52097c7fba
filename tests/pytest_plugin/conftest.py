"""A project of two small services in an empty folder, and pytest run in it as a user runs it."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial" / "first-run.md"
SECONDS = 90


@dataclass(frozen=True)
class Ended:
    code: int
    output: str

    def counted(self) -> str:
        return self.output.strip().splitlines()[-1] if self.output.strip() else ""


@dataclass(frozen=True)
class Project:
    folder: Path

    def write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Ended:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOVETAIL"))}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=self.folder,
            env={**kept, "PATH": path},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout + done.stderr)

    def pytest(self, *arguments: str) -> Ended:
        return self.run("pytest", "-p", "no:cacheprovider", "-q", *arguments)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    page = TUTORIAL.read_text(encoding="utf-8")
    project = Project(tmp_path)
    for name, text in re.findall(r"^```python (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        started = f"import os\nopen(f'started-{{os.getpid()}}-{name}.txt', 'w').close()\n"
        project.write(name, started + text)
    system = re.search(r"^```yaml system\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    checks = re.search(r"^```yaml checks\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert system is not None
    assert checks is not None
    project.write("dovetail.yaml", system[1])
    project.write("tests/integration/letters.yaml", checks[1])
    return project
