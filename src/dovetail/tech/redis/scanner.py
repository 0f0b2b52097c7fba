"""Commands or replies picked out of one direction of a Redis connection, whatever the portions; big ones are skipped.

Used by tap.
"""

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field

KEPT = 80
WORDS_KEPT = 6
SMALL = 1024
LENGTH_KNOWN = 128
DIGITS_AT_MOST = 9
LINE_AT_MOST = 1 << 16
TEXT_AT_MOST = KEPT
_END = b"\r\n"
_SIZES = tuple(f"${size}" for size in range(SMALL + 1))
_COUNTS = tuple(f"*{count}" for count in range(WORDS_KEPT + 1))
_COMMAND_LINES = {str(count): 2 * count + 1 for count in range(LENGTH_KNOWN)}
_SCALARS, _LISTS, _NIL, _NO_LIST = frozenset("+-:,#_("), frozenset("*%~"), "$-1", "*-1"
_BULKS = frozenset(b"$=!")
_COLLECTIONS = frozenset(b"*%~>")
_LINES = frozenset(b"+-:,#_(")
_TEXTS = frozenset(b"+:")
_MAP, _STRING = b"%$"
_KINDS = _BULKS | _COLLECTIONS | _LINES
_INLINE = frozenset(range(ord(" "), ord("~") + 1)) | frozenset(b"\t\r\n")
_LENGTHS = {
    b"%c%d" % (kind, count): count * (2 if kind == _MAP else 1) for kind in b"*%~" for count in range(LENGTH_KNOWN)
}

# What a Sight says of a reply, and the position where it ends: many are made at once, and a tuple is made sooner.
Taken: TypeAlias = tuple[str, int, list[str], int]


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
        """Return the words of the one small ASCII command that `data` is; all else is for `take_commands`."""
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

    def take_commands(self, data: bytes) -> tuple[list[tuple[int, list[str], int]], bytes]:
        """Return the small commands that `data` begins with (words counted, the first, where it ends), and the rest."""
        if self._tail or self._skipped or self._missing or not data.startswith(b"*"):
            return [], data
        is_whole, is_ascii = data.endswith(_END), data.isascii()
        pieces = data[1 : -2 if is_whole else None].decode("latin-1").split("\r\n*")
        if not is_whole:
            pieces.pop()
        taken, position = [], self._begin
        for piece in pieces:
            lines = piece.split("\r\n")
            words = lines[2::2]
            if _COMMAND_LINES.get(lines[0]) != len(lines) or not _fit(words, lines[1::2]):
                break
            position += len(piece) + 3
            count = len(words)
            if count > WORDS_KEPT or len(piece) > KEPT or not is_ascii:
                words = _cut(words[:WORDS_KEPT])
            taken.append((count, words, position))
        rest = data[position - self._begin :]
        self._begin = self.position = position
        return taken, rest

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

    def take_list(self, data: bytes) -> tuple[int, list[str]] | None:
        """Return how many items, and the first, has the one small collection of ASCII strings that `data` is."""
        stop = data.find(_END, 0, DIGITS_AT_MOST)
        count = _LENGTHS.get(data[:stop]) if stop > 0 else None
        if count is None or self._tail or self._skipped or self._missing or not data.isascii():
            return None
        lines = data[stop:].decode("ascii").split("\r\n")
        words = lines[2::2]
        if len(lines) != 2 * count + 2 or lines[-1] or not _fit(words, lines[1:-1:2]):
            return None
        self._begin = self.position = self._begin + len(data)
        del words[WORDS_KEPT:]
        return count, words if len(data) <= KEPT else [word[:KEPT] for word in words]

    def take_replies(self, data: bytes) -> tuple[list[Taken], bytes]:
        """Return the small replies that `data` begins with (as in a Sight, and where it ends), and the rest."""
        is_big = data.startswith(b"$") and data.find(_END, 0, len(_SIZES[-1]) + len(_END)) < 0
        if is_big or self._tail or self._skipped or self._missing:
            return [], data
        lines = data.decode("latin-1").split("\r\n")
        last, is_ascii = len(lines) - 1, data.isascii()
        taken, at, position, count = [], 0, self._begin, 0
        while at < last:
            line = lines[at]
            kind = line[:1]
            if kind in _SCALARS:
                words, after, count, size = [line[1:]], at + 1, 0, len(line) + 2
            elif kind in _LISTS:
                count = _count_items(line)
                words, after = _read_list(lines, at + 1, count)
                size = len("".join(lines[at:after])) + 2 * (after - at)
            else:
                words, after = _read_items(lines, at, 1)
                count, size = 0, len(line) + 2 + (len(words[0]) + 2 if words else 0)
            if not after:
                break
            position += size
            at = after
            del words[WORDS_KEPT:]
            if not is_ascii or (size > KEPT and len("".join(words)) > KEPT):
                words = _cut(words)
            taken.append((kind, count, words, position))
        rest = data[position - self._begin :]
        self._begin = self.position = position
        return taken, rest

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


def _read_list(lines: list[str], at: int, count: int) -> tuple[list[str], int]:
    """Do as `_read_items`, quickly where all of them are strings."""
    if count < 0:
        return [], 0
    after = at + 2 * count
    if after < len(lines):
        words = lines[at + 1 : after : 2]
        if _fit(words, lines[at:after:2]):
            return words, after
    return _read_items(lines, at, count)


def _read_items(lines: list[str], at: int, missing: int) -> tuple[list[str], int]:
    """Return the words of some items, whatever they are, and the line behind them: 0 where they are not all there."""
    words: list[str] = []
    last = len(lines) - 1
    while missing:
        if at >= last:
            return words, 0
        line = lines[at]
        kind = line[:1]
        at += 1
        missing -= 1
        if kind in _SCALARS:
            words.append(line[1:])
        elif kind in _LISTS:
            count = _count_items(line)
            if count < 0:
                return words, 0
            missing += count
        elif line != _NIL:
            if at >= last or not _fit(lines[at : at + 1], [line]):
                return words, 0
            words.append(lines[at])
            at += 1
    return words, at


def _count_items(line: str) -> int:
    """Return how many items a line announces: fewer than 0 where that is for `scan` to say."""
    if len(line) > DIGITS_AT_MOST or not line[1:].isdecimal():
        return 0 if line == _NO_LIST else -1
    return int(line[1:]) * (2 if line[0] == "%" else 1)


def _fit(words: list[str], sizes: list[str]) -> bool:
    """Tell whether each word is as long as was announced: one that holds the end of a line never is."""
    try:
        return [_SIZES[len(word)] for word in words] == sizes
    except IndexError:
        return False


def _cut(words: list[str]) -> list[str]:
    """Return words, whose characters are bytes, as they are shown."""
    return [word[:KEPT].encode("latin-1").decode("utf-8", "replace") for word in words]


def _number(text: bytes) -> int:
    try:
        return int(text)
    except ValueError:
        raise UnknownBytesError from None
