"""Messages that were taken back lie in their topic like all others; here they are told apart. Called by the cursor."""

from collections import deque
from collections.abc import Iterable

from msgspec import Struct

from dovetail.tech.kafka.record import Batch


class Aborted(Struct, frozen=True):
    """A transaction that was taken back: who wrote it, and its first offset."""

    producer: int
    begin: int


class Abortions:
    """Knows from the transactions that were taken back which batches belong to one; asked of each batch in turn."""

    def __init__(self, aborted: Iterable[Aborted]) -> None:
        self._to_come = deque(sorted(aborted, key=lambda one: one.begin))
        self._producers: set[int] = set()

    def hold(self, batch: Batch) -> bool:
        while self._to_come and self._to_come[0].begin < batch.next_offset:
            self._producers.add(self._to_come.popleft().producer)
        if batch.is_abort:
            self._producers.discard(batch.producer)
        return batch.is_transactional and batch.producer in self._producers
