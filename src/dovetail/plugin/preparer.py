"""The socket for setting a started server up: migrations, fixtures, topics. Filled in `tech/<name>/preparer.py`.

The module defines `preparer()`, which returns a Preparer. Called by the environment once the server is ready.
"""

from pathlib import Path
from typing import Protocol

from dovetail.model.address import Address
from dovetail.model.system import Service


class Preparer(Protocol):
    async def prepare(self, service: Service, address: Address, project: Path) -> None:
        """Apply `service.setup`, `service.topics` and the like in order; raises StageError with the failing line."""
        ...
