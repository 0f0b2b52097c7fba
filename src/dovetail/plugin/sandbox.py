"""The socket for private copies of a server's data. Filled in `tech/<name>/sandbox.py`, which defines `sandbox()`.

Called by the environment for the isolations clone, reset and slice.
"""

from typing import Protocol

from dovetail.model.address import Address


class Sandbox(Protocol):
    """`freeze` remembers the data as set up; clones and resets start from there."""

    async def freeze(self, address: Address) -> None: ...

    async def clone(self, address: Address, name: str) -> Address:
        """Make a copy of the frozen data, reached by the returned address."""
        ...

    async def drop(self, address: Address, name: str) -> None:
        """Remove a clone; a clone that is gone already is no error."""
        ...

    async def reset(self, address: Address) -> None:
        """Bring the data that `address` points at, also a clone's, back to the frozen state.

        Its users keep their connections.
        """
        ...
