"""The socket for speaking to a service in a check. Called by the engine; filled in `tech/<name>/driver.py`.

The module defines `driver()`, which returns a Driver. What a server says, also a refusal, is an Answer; a driver raises
only SuiteError (the step is written wrong) and MissingPartError.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct, field

from dovetail.model.address import Address
from dovetail.model.data import Bound, Data
from dovetail.model.vocabulary import Effect


class Act(Struct, frozen=True):
    """A step with its values filled in: `verb` is the full name, `subject` and `fields` as its Verb declares them."""

    verb: str
    subject: "Data | Bound"
    fields: Mapping[str, Data] = field(default_factory=dict)


class Answer(Struct, frozen=True):
    """What came back, by facet (`status`, `json`, `rows` …); `request` and `summary` are one line each for people.

    Where no answer came, `error` says why in one line and `facets["error"]` holds it as data
    ({kind: refused | timeout | reset | closed | protocol | server, message, code}). A final one is the same however
    often it is asked for.
    """

    facets: Mapping[str, Data]
    request: str = ""
    summary: str = ""
    error: str = ""
    is_final: bool = False


class Target(Struct, frozen=True):
    """Whom a session speaks to and for which check; `trace` is a W3C trace id that the driver passes on if it can.

    `is_rolled_back` asks for one transaction that `close` rolls back; `slice_name` is the slice that the check is
    played in, where it has one.
    """

    service: str
    address: Address
    check: str = ""
    trace: str = ""
    is_rolled_back: bool = False
    slice_name: str = ""


class Session(Protocol):
    """One check's conversation with one service."""

    async def foresee(self, acts: Sequence[Act]) -> None:
        """Hear, before the check's first step, which acts will come (values not yet filled in).

        A stream remembers its end offsets here, so that nothing sent during the check is missed.
        """
        ...

    async def perform(self, act: Act, seconds: float) -> Answer:
        """Act and answer within `seconds`; after that the answer's error is a timeout."""
        ...

    async def close(self) -> None: ...


class Driver(Protocol):
    def effect_of(self, act: Act) -> Effect:
        """Tell from the words alone what the act does to the service."""
        ...

    async def connect(self, target: Target) -> Session:
        """Open a session; connections may be pooled and opened on first use."""
        ...

    async def close(self) -> None:
        """Release what sessions shared."""
        ...
