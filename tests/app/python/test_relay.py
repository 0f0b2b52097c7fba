import socket
from pathlib import Path

from dovetail.app.python.relay import Relay
from dovetail.journal.line import read_line
from dovetail.model.event import Noticed


def test_events_reach_the_run_as_lines_of_the_journal(tmp_path: Path) -> None:
    path = str(tmp_path / "events")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        server.listen()
        relay = Relay(path)
        client, _ = server.accept()
        event = Noticed(1.5, "note", "hello")
        relay.publish(event)
        relay.close()
        with client, client.makefile("rb") as lines:
            assert [read_line(line) for line in lines] == [event]


def test_without_a_run_nobody_is_told() -> None:
    relay = Relay("")
    relay.publish(Noticed(1.5, "note", "hello"))
    relay.close()
