"""Removes the small System V memory segments that PostgreSQL servers leave when they are killed. Used by launcher.

A server that ends in any other way removes its own; the kernel allows only some thousands of them.
"""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

LISTED = Path("/proc/sysvipc/shm")
MAGIC = 679834894
REMOVE = 0
READ_ONLY = 0o10000
FAILED = -1


class Segment(Struct, frozen=True):
    """One line of what the kernel lists; `attached` counts the processes that hold it."""

    number: int
    size: int
    creator: int
    attached: int
    owner: int


def read_segments(text: str) -> Iterator[Segment]:
    head, *lines = text.splitlines()
    places = {name: index for index, name in enumerate(head.split())}
    for line in lines:
        cells = line.split()
        number, size, creator, attached, owner = (
            int(cells[places[name]]) for name in ("shmid", "size", "cpid", "nattch", "uid")
        )
        yield Segment(number, size, creator, attached, owner)


def remove_stale(owner: int) -> None:
    """Remove the owner's segments that a server made, that nobody holds and whose maker is dead."""
    if sys.platform != "linux" or not LISTED.exists():
        return
    library = ctypes.CDLL(None, use_errno=True)
    library.shmat.restype = ctypes.c_void_p
    for segment in read_segments(LISTED.read_text()):
        is_left = segment.owner == owner and not segment.attached and not Path(f"/proc/{segment.creator}").exists()
        if is_left and _is_a_servers(library, segment):
            library.shmctl(segment.number, REMOVE, None)


def _is_a_servers(library: ctypes.CDLL, segment: Segment) -> bool:
    """Look for the number that PostgreSQL writes at the beginning."""
    if segment.size < ctypes.sizeof(ctypes.c_int32):
        return False
    address = library.shmat(segment.number, None, READ_ONLY)
    if address in {None, ctypes.c_void_p(FAILED).value}:
        return False
    try:
        return ctypes.c_int32.from_address(address).value == MAGIC
    finally:
        library.shmdt(ctypes.c_void_p(address))
