import os
import socket
import subprocess
import sys
from collections.abc import Callable

from dovetail.environment.census import (
    SERVICE_MARK,
    bury,
    describe,
    family,
    find_ports,
    find_strangers,
    find_unburied,
    listening,
)
from dovetail.environment.reaper import MARK, read_kin


def test_a_family_is_who_descends_and_who_carries_the_marks(sleeper: Callable[..., "subprocess.Popen[bytes]"]) -> None:
    one, other, alike = (sleeper(**{MARK: "s1", SERVICE_MARK: name}) for name in "aba")
    try:
        assert set(family(one.pid, "s1", "a")) == {one.pid, alike.pid}
        assert set(family(other.pid, "s1", "b")) == {other.pid}
    finally:
        for process in (one, other, alike):
            process.kill()
            process.wait()
    assert family(one.pid, "s1", "a") == []


def test_a_listening_port_is_known_and_whose_it_is() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        assert listening([port]) == {}
        door.listen()
        assert set(listening([port])) == {port}
        assert find_strangers(port, [os.getpid()]) == ""
        assert find_strangers(port, []).startswith(f"process {os.getpid()} (")
    assert find_strangers(port, []) == ""


def test_the_ports_that_a_process_listens_on_are_known() -> None:
    with socket.socket() as door, socket.socket() as bound:
        door.bind(("127.0.0.1", 0))
        door.listen()
        bound.bind(("127.0.0.1", 0))
        found = find_ports([os.getpid()])
        assert door.getsockname()[1] in found
        assert bound.getsockname()[1] not in found
    assert find_ports([]) == []


def test_a_port_may_be_ours_on_the_newer_protocol_too() -> None:
    with socket.socket(socket.AF_INET6) as door:
        door.bind(("::1", 0))
        door.listen()
        assert find_strangers(door.getsockname()[1], [os.getpid()]) == ""


def test_dead_children_of_others_are_buried_and_known_ones_left(wait_for: Callable[..., None]) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    known = subprocess.Popen([sys.executable, "-S", "-c", ""])
    wait_for(lambda: read_kin()[child][1] == "Z" and read_kin()[known.pid][1] == "Z")
    dead = find_unburied([known.pid])
    assert child in dead
    assert known.pid not in dead
    bury(dead)
    assert child not in read_kin()
    assert known.wait() == 0


def test_a_process_is_described_by_its_command() -> None:
    assert "python" in describe(os.getpid())
    assert describe(2**22 + 1) == "gone"
