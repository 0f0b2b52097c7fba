"""The socket for asking a server whether it is ready. Called by the environment; filled in `tech/<name>/prober.py`.

The module defines `prober()`, which returns a Prober.
"""

from typing import Protocol

from msgspec import Struct

from dovetail.model.address import Address
from dovetail.model.system import Probe


class Reading(Struct, frozen=True):
    """`is_ready`, or why not yet, in the server's own words."""

    is_ready: bool
    why: str = ""


class Prober(Protocol):
    async def probe(self, address: Address, probe: Probe, timeout: float) -> Reading:  # noqa: ASYNC109 - the caller's deadline, kept by the client library
        """Ask once; never raises for a server that is merely not there yet."""
        ...
