"""Claims about what killed servers leave in the kernel."""

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from dovetail.model.system import Service
from dovetail.tech.postgres.segment import LISTED, Segment, read_segments, remove_stale

if TYPE_CHECKING:
    from tests.tech.conftest import Starter


def test_the_kernels_list_is_read_by_its_headings() -> None:
    text = "key shmid perms size cpid lpid nattch uid gid\n 5  7  600  56  100 101  0  65534 65534\n"
    assert list(read_segments(text)) == [Segment(7, 56, 100, 0, 65534)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists them in /proc")
def test_what_a_killed_server_left_is_removed_and_nothing_else(starter: "Starter") -> None:
    def made_by(pid: int) -> list[Segment]:
        return [segment for segment in read_segments(LISTED.read_text()) if segment.creator == pid]

    service = Service("orders-db", "postgres")
    with (
        starter.prepared(service) as launch,
        starter.prepared(service) as other,
        starter.started(launch) as killed,
        starter.started(other) as running,
    ):
        (segment,) = made_by(killed.pid)
        killed.kill()
        killed.wait()
        until = time.monotonic() + 20
        while any(each.attached for each in made_by(killed.pid)) and time.monotonic() < until:
            os.sched_yield()
        remove_stale(segment.owner)
        assert not made_by(killed.pid)
        assert made_by(running.pid)
