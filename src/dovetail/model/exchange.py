"""What a tap saw on an edge: one question, its answer, how long, how it ended."""

from collections.abc import Mapping

from msgspec import Struct, field


class Exchange(Struct, frozen=True):
    """`ended`: answered · failed (an answer that says no) · cut · refused · timed out · faulted (answered by a fault).

    `started_at` is seconds since the epoch; `trace` is the 32-digit trace id where the protocol carried one.
    """

    edge: str
    technology: str
    request: str
    answer: str
    ended: str
    started_at: float
    duration_ms: float
    connection: int = 0
    bytes_sent: int = 0
    bytes_answered: int = 0
    trace: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)
