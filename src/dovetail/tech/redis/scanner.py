"""Commands or replies picked out of one direction of a Redis connection, whatever the portions; big ones are skipped.

Used by tap.
"""

from collections.abc import Iterator

from msgspec import Struct, field

KEPT = 80
WORDS_KEPT = 6
SMALL = 1024
LINE_AT_MOST = 1 << 16
TEXT_AT_MOST = KEPT
_END = b"\r\n"
_COUNTS = tuple(f"*{count}" for count in range(WORDS_KEPT + 1))
_SIZES = tuple(f"${size}" for size in range(SMALL + 1))
_BULKS = frozenset(b"$=!")
_COLLECTIONS = frozenset(b"*%~>")
_LINES = frozenset(b"+-:,#_(")
_TEXTS = frozenset(b"+:")
_MAP, _STRING = b"%$"
_KINDS = _BULKS | _COLLECTIONS | _LINES
_INLINE = frozenset(range(ord(" "), ord("~") + 1)) | frozenset(b"\t\r\n")


class UnknownBytesError(Exception):
    """These bytes are not the Redis protocol."""


class Sight(Struct):
    """One command or reply: the character of its kind, how many items it has, the first of its words, each cut."""

    kind: str
    count: int = 0
    words: list[str] = field(default_factory=list)

    def add(self, word: bytes) -> None:
        if len(self.words) < WORDS_KEPT:
            self.words.append(word[:KEPT].decode("utf-8", "replace"))


class Scanner:
    """Yields one Sight for each whole command or reply; `position` counts the bytes up to its end.

    `may_be_inline` is for the client's side, where a command may be a plain line.
    """

    def __init__(self, *, may_be_inline: bool = False) -> None:
        self.position = 0
        self._may_be_inline = may_be_inline
        self._begin = 0
        self._skipped = 0
        self._tail = b""
        self._missing: list[int] = []
        self._sight: Sight | None = None
        self._is_item = True

    def take_words(self, data: bytes) -> list[str] | None:
        """Return the words of the one small ASCII command that `data` is; all else is for `scan`."""
        if self._tail or self._skipped or self._missing or len(data) > SMALL or not data.isascii():
            return None
        lines = data.decode("ascii").split("\r\n")
        words = lines[2::2]
        count = len(words)
        if count > WORDS_KEPT or lines[0] != _COUNTS[count] or len(lines) != 2 * count + 2 or lines[-1]:
            return None
        at = 1
        for word in words:
            if lines[at] != _SIZES[len(word)]:
                return None
            at += 2
        self._begin = self.position = self._begin + len(data)
        return words if len(data) <= KEPT else [word[:KEPT] for word in words]

    def take_text(self, data: bytes) -> str | None:
        """Return the text of the one line or string that `data` is; all else, and a refusal, is for `scan`."""
        stop = data.find(_END)
        if self._tail or self._skipped or self._missing or not 0 < stop < TEXT_AT_MOST:
            return None
        kind, begin, end = data[0], 1, stop
        if kind == _STRING and data[1:stop].isdigit():
            begin = stop + 2
            end = begin + int(data[1:stop])
        elif kind not in _TEXTS:
            return None
        if end + 2 != len(data):
            return None
        self._begin = self.position = self._begin + end + 2
        return data[begin : end if end - begin < KEPT else begin + KEPT].decode("utf-8", "replace")

    def scan(self, data: bytes) -> Iterator[Sight]:
        """Raise UnknownBytesError where the protocol is left."""
        if self._skipped > len(data):
            self._skipped -= len(data)
            return
        if self._skipped:
            data, self._skipped = data[self._skipped :], 0
            done = self._finish_item()
            if done:
                self.position = self._begin
                yield done
        elif self._tail:
            data = self._tail + data
        at, end = 0, len(data)
        while at < end:
            after = self._read_item(data, at)
            if not after:
                break
            at = after
            if at > end:
                self._skipped = at - end
                break
            done = self._finish_item() if self._is_item else None
            if done:
                self.position = self._begin + at
                yield done
        self._begin += at
        self._tail = data[at:]

    def _read_item(self, data: bytes, at: int) -> int:
        """Read one line, with the bulk behind it; return where it ends, or 0 where more bytes are needed.

        `_is_item` is False afterwards where the line only announced the items of a collection.
        """
        stop = data.find(_END, at)
        if stop < 0:
            if len(data) - at > LINE_AT_MOST or not self._may_begin(data[at]):
                raise UnknownBytesError
            return 0
        kind, text, after = data[at], data[at + 1 : stop], stop + 2
        self._is_item = True
        if self._sight is None:
            self._sight = Sight(chr(kind))
            if self._may_be_inline and kind not in _COLLECTIONS:
                if kind not in _INLINE:
                    raise UnknownBytesError
                return self._read_inline(data[at:stop], after)
        if kind in _BULKS:
            return self._read_bulk(data, after, _number(text))
        if kind in _COLLECTIONS:
            self._open(kind, _number(text))
        elif kind in _LINES:
            self._sight.add(text)
        else:
            raise UnknownBytesError
        return after

    def _may_begin(self, kind: int) -> bool:
        """Tell whether a line can begin so; of one that cannot, the end need not be awaited."""
        return kind in (_INLINE if self._may_be_inline and self._sight is None else _KINDS)

    def _read_bulk(self, data: bytes, after: int, length: int) -> int:
        if length < 0:
            return after
        kept = after + min(length, KEPT)
        if kept > len(data):
            return 0
        if self._sight:
            self._sight.add(data[after:kept])
        return after + length + len(_END)

    def _read_inline(self, line: bytes, after: int) -> int:
        words = line.split()
        self._is_item = bool(words)
        sight = Sight("*", len(words))
        for word in words:
            sight.add(word)
        self._sight = sight if words else None
        return after

    def _open(self, kind: int, count: int) -> None:
        if kind == _MAP:
            count *= 2
        if self._sight and not self._missing:
            self._sight.count = max(count, 0)
        if count > 0:
            self._missing.append(count)
            self._is_item = False

    def _finish_item(self) -> Sight | None:
        missing = self._missing
        while missing:
            missing[-1] -= 1
            if missing[-1]:
                return None
            missing.pop()
        done, self._sight = self._sight, None
        return done


def _number(text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        raise UnknownBytesError from None
