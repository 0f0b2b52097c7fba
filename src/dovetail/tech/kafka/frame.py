"""The protocol's primitive types, read and written; used by everything here that touches bytes.

Since "flexible" versions lengths are variable-length numbers and structures end in tags; `is_flexible` switches.
"""

from dovetail.errors import BrokenDovetailError

_MORE = 0x80
_NUMBER_BITS = 70


class FrameError(ValueError):
    """The bytes are not what the protocol says."""


class Reader:
    """Reads one frame from `at` on; every read past the end is a FrameError."""

    __slots__ = ("at", "data", "is_flexible")

    def __init__(self, data: "bytes | memoryview", at: int = 0, *, is_flexible: bool = False) -> None:
        self.data = data
        self.at = at
        self.is_flexible = is_flexible

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        start = self.at
        if size < 0 or start + size > len(self.data):
            raise FrameError(f"{size} bytes wanted at {start} of {len(self.data)}")
        self.at = start + size
        return bytes(self.data[start : self.at])

    def integer(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big", signed=True)

    def unsigned(self) -> int:
        """Read a variable-length number of at most 64 bits."""
        value = shift = 0
        while shift < _NUMBER_BITS:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < _MORE:
                return value
            shift += 7
        raise FrameError("a number has no end")

    def signed(self) -> int:
        value = self.unsigned()
        return (value >> 1) ^ -(value & 1)

    def length(self, size: int = 4) -> int:
        """Read a length; -1 stands for null."""
        return self.unsigned() - 1 if self.is_flexible else self.integer(size)

    def text(self) -> str | None:
        size = self.length(2)
        if size < 0:
            return None
        try:
            return self.take(size).decode()
        except UnicodeDecodeError as broken:
            raise FrameError("a text is not UTF-8") from broken

    def name(self) -> str:
        """Read a text that may not be null."""
        return self.text() or ""

    def blob(self) -> bytes | None:
        size = self.length()
        return None if size < 0 else self.take(size)

    def count(self) -> int:
        """Read how many items follow; a count that cannot be true is a FrameError."""
        size = self.length()
        if size > self.left:
            raise FrameError(f"{size} items in {self.left} bytes")
        return max(0, size)

    def tags(self) -> None:
        """Pass over the tags that end a structure in flexible versions."""
        if self.is_flexible:
            for _ in range(self.unsigned()):
                self.unsigned()
                self.take(self.unsigned())


class Writer:
    """Builds one frame; every method returns the writer."""

    __slots__ = ("data", "is_flexible")

    def __init__(self, *, is_flexible: bool = False) -> None:
        self.data = bytearray()
        self.is_flexible = is_flexible

    def integer(self, value: int, size: int) -> "Writer":
        self.data += value.to_bytes(size, "big", signed=True)
        return self

    def unsigned(self, value: int) -> "Writer":
        if value < 0:
            raise BrokenDovetailError(f"{value} written as an unsigned number")
        while value >= _MORE:
            self.data.append(value & 0x7F | _MORE)
            value >>= 7
        self.data.append(value)
        return self

    def signed(self, value: int) -> "Writer":
        return self.unsigned((value << 1) ^ (value >> 63))

    def length(self, value: int, size: int = 4) -> "Writer":
        return self.unsigned(value + 1) if self.is_flexible else self.integer(value, size)

    def text(self, value: str | None) -> "Writer":
        if value is None:
            return self.length(-1, 2)
        data = value.encode()
        self.length(len(data), 2)
        self.data += data
        return self

    def blob(self, value: bytes | None) -> "Writer":
        if value is None:
            return self.length(-1)
        self.length(len(value))
        self.data += value
        return self

    def raw(self, value: bytes) -> "Writer":
        self.data += value
        return self
