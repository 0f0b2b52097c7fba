"""The socket for a fault that speaks a protocol. Called by the edge while such a fault is in force; never otherwise.

A technology fills it in `tech/<name>/fault.py`, which defines `fault()`, which returns a FaultMaker.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from dovetail.model.data import Data

if TYPE_CHECKING:
    from random import Random


class Wire(Protocol):
    """One connection as an interceptor may use it."""

    def to_server(self, data: bytes) -> None: ...

    def to_client(self, data: bytes) -> None: ...

    def close(self) -> None:
        """Close both ways once what was passed on has gone out."""
        ...


class Interceptor(Protocol):
    """Stands in one connection, from a message boundary on; what it does not pass on is lost."""

    def client_sent(self, data: bytes) -> None: ...

    def server_sent(self, data: bytes) -> None: ...

    def client_ended(self) -> None:
        """Pass on what is held of an unfinished message: no more of it comes."""
        ...

    def server_ended(self) -> None: ...

    def lift(self) -> None:
        """Strike no more."""
        ...

    @property
    def is_between(self) -> bool:
        """Tell whether it stands at a message boundary, holds nothing and may be taken out."""
        ...


class ActiveFault(Protocol):
    """One fault on one edge; it remembers what its connections have in common, such as how often it struck."""

    def intercept(self, wire: Wire) -> Interceptor: ...


class FaultMaker(Protocol):
    def make(self, settings: Mapping[str, Data], random: "Random") -> ActiveFault:
        """Read the words of an order; raises SuiteError for what they cannot mean."""
        ...


class Framed(Protocol):
    """A tap's listener that knows where messages end; only such connections can be intercepted."""

    @property
    def is_between(self) -> bool: ...
