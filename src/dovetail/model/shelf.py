"""Many values in a row, of which only the first thousand stay in memory: a large run takes hardly more than a small."""

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, TypeVar, overload

if TYPE_CHECKING:
    from dovetail.model.cellar import Cellar

Value = TypeVar("Value")

CELLAR = "dovetail.model.cellar"
NEAR = 1_000


class Shelf(Sequence[Value]):
    """Reads like a tuple and grows at its end; there is `room` for the first values in memory.

    The others lie in the cellar and are built anew for each look. So a value is taken once and then worked with; one
    that was changed is put back.
    """

    def __init__(self, values: Iterable[Value] = (), room: int = NEAR) -> None:
        self._room = room
        self._near: list[Value] = []
        self._far: Cellar[Value] | None = None
        for value in values:
            self.append(value)

    def append(self, value: Value) -> None:
        if len(self._near) < self._room:
            self._near.append(value)
            return
        if self._far is None:
            self._far = import_module(CELLAR).Cellar()
        self._far.append(value)

    def finish(self) -> Sequence[Value]:
        """Return what is there: a tuple where all of it stayed in memory."""
        return tuple(self._near) if self._far is None else self

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Value]: ...
    def __getitem__(self, index: int | slice) -> Value | Sequence[Value]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = index + len(self) if index < 0 else index
        if not 0 <= number < len(self):
            raise IndexError(index)
        return self._near[number] if number < self._room or self._far is None else self._far.take(number - self._room)

    def __setitem__(self, number: int, value: Value) -> None:
        if number < self._room or self._far is None:
            self._near[number] = value
        else:
            self._far.put(number - self._room, value)

    def __len__(self) -> int:
        return len(self._near) + (len(self._far) if self._far is not None else 0)

    def __iter__(self) -> Iterator[Value]:
        yield from self._near
        if self._far is not None:
            yield from map(self._far.take, range(len(self._far)))
