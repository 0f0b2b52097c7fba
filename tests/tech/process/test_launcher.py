import asyncio
import signal
import sys
from pathlib import Path

import pytest

from dovetail.errors import SuiteError
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, LaunchOrder
from dovetail.tech.process.launcher import ProcessLauncher, launcher, split_command


def prepare(service: Service, **values: str) -> Launch:
    project = Path("/project")
    order = LaunchOrder(
        service, Path("/private"), 8001, Path("/cache"), project, "", {"DB": "sql://door"}, {"port": "8001", **values}
    )
    return asyncio.run(ProcessLauncher("/usr/bin:/bin").prepare(order))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        ("serve --port {{ port }}", ("serve", "--port", "8001")),
        ("serve '--name=a b' {{port}}", ("serve", "--name=a b", "8001")),
        ("serve --db {{ db.url }}", ("serve", "--db", "sql://h:1/d")),
        ("cd x && serve {{ port }}", ("/bin/sh", "-c", "cd x && serve 8001")),
        ("serve > out.txt", ("/bin/sh", "-c", "serve > out.txt")),
        ("serve 'a && b'", ("serve", "a && b")),
        ("./serve", ("/project/serve",)),
        ("/opt/serve", ("/opt/serve",)),
    ],
)
def test_a_command_is_split_and_filled_in(run: str, words: tuple[str, ...]) -> None:
    assert prepare(Service("a", run=run), **{"db.url": "sql://h:1/d"}).command == words


def test_a_program_is_found_on_the_path() -> None:
    assert prepare(Service("a", run="sh -c true")).command[0] in {"/usr/bin/sh", "/bin/sh"}


def test_quotes_that_do_not_close_are_the_users_mistake() -> None:
    with pytest.raises(SuiteError, match="the command of a cannot be read"):
        split_command(Service("a", run="serve 'open"))


def test_an_unknown_name_in_a_command_is_told() -> None:
    with pytest.raises(SuiteError, match="did you mean"):
        prepare(Service("a", run="serve {{ prot }}"))


def test_a_service_gets_its_port_its_edges_and_its_own_variables() -> None:
    launch = prepare(Service("a", run="serve", environment={"HERE": "{{ port }}", "DB": "mine"}))
    assert launch.environment["PORT"] == launch.environment["HERE"] == "8001"
    assert launch.environment["DB"] == "mine"
    assert launch.address == Address("127.0.0.1", 8001, scheme="http")
    assert launch.stop is signal.SIGTERM


def test_a_service_runs_in_its_folder_or_else_in_the_project() -> None:
    assert prepare(Service("a", run="serve")).folder == Path("/project")
    assert prepare(Service("a", run="serve", folder="code/a")).folder == Path("/project/code/a")


def test_a_program_that_is_missing_is_known_before_the_start() -> None:
    assert launcher().provider(Service("a", run="no-such-program")).now == "install no-such-program, or correct `run:`"
    assert launcher().provider(Service("a", run="sh x")).path


def test_python_is_the_one_of_the_active_environment_or_else_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/venv")
    monkeypatch.setattr(sys, "executable", "/venv/bin/python")
    monkeypatch.setenv("PATH", "/usr/bin")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    assert launcher().own_programs == "/venv/bin"
    monkeypatch.setenv("VIRTUAL_ENV", "/another")
    assert launcher().own_programs == ""
