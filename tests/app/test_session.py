"""A run from its first event to its exit code, where nothing has to be started."""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from msgspec.structs import replace

from dovetail.app.preparation import RunRequest, prepare_run
from dovetail.app.session import RunResult, Session
from dovetail.engine.verdict import Conclusion
from dovetail.journal.reader import read_journal
from dovetail.model.data import Data
from dovetail.model.event import CheckEnded, CheckStarted, Event, Noticed, RunEnded, RunStarted, StepEnded, TornDown
from dovetail.model.outcome import ExitCode, Verdict
from dovetail.report.record import Recorder, read_run


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def write_project(folder: Path, address: str, expected: int = 200) -> None:
    (folder / "tests/integration").mkdir(parents=True, exist_ok=True)
    (folder / "dovetail.yaml").write_text(
        f"system: s\nservices: {{app: {{external: '{address}'}}}}\nsecrets: [TOKEN]\n"
    )
    (folder / "tests/integration/a.yaml").write_text(
        "on: app\nscope: api\nchecks:\n  - name: it answers\n    steps:\n"
        f"      - http: GET /?token=${{TOKEN}}\n        expect: {{status: {expected}}}\n"
    )


def play(folder: Path) -> tuple[RunResult, list[Event]]:
    heard: list[Event] = []
    preparation = prepare_run(RunRequest(folder, {"TOKEN": "hunter22"}, {"report_format": "json"}))
    return asyncio.run(Session(preparation, Recorder(), (heard.append,)).run()), heard


def test_what_was_recorded_while_playing_is_what_the_journal_says(tmp_path: Path, port: int) -> None:
    write_project(tmp_path, f"http://127.0.0.1:{port}", expected=418)
    recorder = Recorder()
    preparation = prepare_run(RunRequest(tmp_path, {"TOKEN": "hunter22"}, {"report_format": "json"}))
    asyncio.run(Session(preparation, recorder, ()).run())
    journal = next(tmp_path.glob(".dovetail/runs/*/journal.jsonl"))
    assert recorder.record() == read_run(read_journal(journal))


def test_the_journal_is_what_was_heard_from_first_to_last(tmp_path: Path, port: int) -> None:
    write_project(tmp_path, f"http://127.0.0.1:{port}")
    result, heard = play(tmp_path)
    assert result.exit_code == 0, heard
    assert isinstance(heard[0], RunStarted)
    assert isinstance(heard[-1], RunEnded)
    assert [event for event in heard if isinstance(event, TornDown)]
    journal = next(tmp_path.glob(".dovetail/runs/*/journal.jsonl"))
    assert list(read_journal(journal)) == heard
    assert [path.suffix for path in result.reports] == [".json"]


def test_secrets_are_nowhere(tmp_path: Path, port: int) -> None:
    write_project(tmp_path, f"http://127.0.0.1:{port}", expected=418)
    result, heard = play(tmp_path)
    assert result.exit_code == 1
    assert "hunter22" not in str(heard)
    kept = {path for path in (*tmp_path.glob(".dovetail/**/*"), *tmp_path.glob("reports/*")) if path.is_file()}
    assert {"journal.jsonl", "unhappy.json", "latest.json"} <= {path.name for path in kept}
    assert [path for path in kept if "hunter22" in path.read_text()] == []


@pytest.mark.parametrize(
    ("moment", "why"),
    [
        (CheckStarted, "not started: the run broke off"),
        (StepEnded, "Dovetail itself broke: ZeroDivisionError: by zero"),
    ],
)
def test_a_mistake_of_ours_decides_the_run_and_leaves_no_check_untold(
    tmp_path: Path, port: int, moment: type[Event], why: str
) -> None:
    heard: list[Event] = []

    def break_then(event: Event) -> None:
        heard.append(event)
        if isinstance(event, moment):
            raise ZeroDivisionError("by zero")

    write_project(tmp_path, f"http://127.0.0.1:{port}")
    preparation = prepare_run(RunRequest(tmp_path, {"TOKEN": "hunter22"}, {"report_format": "json"}))
    result = asyncio.run(Session(preparation, Recorder(), (break_then,)).run())
    assert (result.exit_code, result.conclusion.causes[0]) == (3, "Dovetail itself broke: ZeroDivisionError: by zero")
    (ended,) = [event for event in heard if isinstance(event, CheckEnded)]
    assert (ended.verdict, ended.why) == ("inconclusive", why)
    assert any(isinstance(event, Noticed) and "ZeroDivisionError" in event.text for event in heard)


def test_what_is_set_for_the_run_holds_for_its_checks(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        write_project(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}")
        file = tmp_path / "tests/integration/a.yaml"
        file.write_text(file.read_text().replace("GET /", "GET /{{ app.host }}"))
        flags: dict[str, Data] = {"report_format": "json", "timeout": "200ms", "retry": 2}
        preparation = prepare_run(RunRequest(tmp_path, {"TOKEN": "hunter22"}, flags))
        heard: list[Event] = []
        asyncio.run(Session(preparation, Recorder(), (heard.append,)).run())
    (ended,) = [event for event in heard if isinstance(event, CheckEnded)]
    assert (ended.verdict, ended.attempts) == ("failed", 3)
    steps = [event.step for event in heard if isinstance(event, StepEnded)]
    assert all(step.error.startswith("timeout: no answer within 0.") for step in steps)
    assert {step.request.partition("?")[0] for step in steps} == {"GET /127.0.0.1"}


def test_an_environment_that_never_gets_ready_leaves_no_check_untold(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9")
    (tmp_path / "dovetail.yaml").write_text("system: s\nservices: {app: {run: exit 3, ready: GET /}}\n")
    result, heard = play(tmp_path)
    assert result.exit_code == 6
    (ended,) = [event for event in heard if isinstance(event, CheckEnded)]
    assert (ended.verdict, ended.attempts) == ("inconclusive", 0)
    assert ended.why.startswith("the environment was not ready: app ")
    assert [event.level for event in heard if isinstance(event, Noticed)] == ["error"]


@pytest.mark.parametrize(("code", "seen"), [(ExitCode.PASSED, 6), (ExitCode.FAILED, 1), (ExitCode.INTERRUPTED, 2)])
def test_what_could_not_be_written_hides_no_other_end(code: ExitCode, seen: int) -> None:
    assert RunResult(Conclusion(Verdict.PASSED, code), trouble="the disk is full").exit_code == seen
    assert RunResult(Conclusion(Verdict.PASSED, code)).exit_code is code


def test_what_was_noted_before_the_run_is_told_in_it(tmp_path: Path, port: int) -> None:
    write_project(tmp_path, f"http://127.0.0.1:{port}")
    preparation = prepare_run(RunRequest(tmp_path, {"TOKEN": "hunter22"}, {"report_format": "json"}))
    heard: list[Event] = []
    asyncio.run(Session(replace(preparation, notes=("mind the gap",)), Recorder(), (heard.append,)).run())
    assert [event.text for event in heard if isinstance(event, Noticed)] == ["mind the gap"]


def test_a_run_whose_last_line_cannot_be_kept_is_not_green(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file), len(data))

    def fill_the_disk(event: Event) -> None:
        if isinstance(event, TornDown):
            monkeypatch.setattr("dovetail.journal.writer.os.write", refuse)

    write_project(tmp_path, f"http://127.0.0.1:{port}")
    preparation = prepare_run(RunRequest(tmp_path, {"TOKEN": "hunter22"}, {"report_format": "json"}))
    result = asyncio.run(Session(preparation, Recorder(), (fill_the_disk,)).run())
    assert (result.conclusion.exit_code, result.exit_code) == (0, 6)
    assert result.trouble == "the journal cannot be written: No space left on device"


def test_a_service_that_is_not_there_fails_its_checks_honestly(tmp_path: Path) -> None:
    write_project(tmp_path, "http://127.0.0.1:9")
    result, heard = play(tmp_path)
    assert result.exit_code == 1
    assert [event.verdict for event in heard if isinstance(event, CheckEnded)] == ["failed"]
