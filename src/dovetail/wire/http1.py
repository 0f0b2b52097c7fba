"""HTTP/1.1 framing without I/O: where messages begin and end in a stream of bytes; for the tap and fault of HTTP."""

import re
from collections.abc import Callable, Iterator
from enum import IntEnum

MOST_HEAD = 1 << 18
MOST_LINE = 1 << 10
CHUNKED = -1
UNTIL_CLOSE = -2
TUNNEL = -3
SWITCHING, OK, REDIRECTING = 101, 200, 300
WITHOUT_BODY = (204, 304)

_HEAD_END = b"\r\n\r\n"
_COUNTED, _CODED = b"\r\ncontent-length:", b"\r\ntransfer-encoding:"
_BARE_HEAD_ENDS = (b"\n\n", b"\n\r\n")
_REQUEST_LINE = re.compile(rb"(([A-Z][A-Z-]*) \S+) HTTP/1\.[01]\r\n")
_METHOD = re.compile(rb"[A-Z][A-Z-]*(?: |$)")
_STATUS = re.compile(rb"HTTP/1\.\d ([1-9]\d\d)\b")
_FINAL_LINE = re.compile(rb"HTTP/1\.[01] ((?!204|304)[2-5]\d\d[^\r\n]*)\r\n")
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+) *\r\n")
_NUMBER = re.compile(rb"[ \t]*(\d+)[ \t]*\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*[;\r]")


class FramingError(Exception):
    """The bytes are not HTTP/1.1; never leaves a Framer."""


class Kind(IntEnum):
    """What a piece is: a whole head, bytes of a body, what frames them (chunk lines, trailers), a message's end."""

    HEAD = 0
    DATA = 1
    END = 2
    FRAME = 3


HEAD, DATA, END, FRAME = Kind.HEAD, Kind.DATA, Kind.END, Kind.FRAME
Piece = tuple[Kind, bytes]


class Framer:
    """Cuts one direction into pieces that joined are the bytes it was fed, save an unfinished head or chunk line.

    Empty lines before a head are passed over, as RFC 9112 asks; a head whose lines end in a bare line feed, which
    servers read in different ways, is not HTTP here. Where the bytes turn out not to be HTTP it is broken, and the
    rest comes as DATA. `measure` gets a head and the same in lower case, and returns the body's length, CHUNKED,
    UNTIL_CLOSE or TUNNEL.
    """

    def __init__(self, starts: Callable[[bytes], bool], measure: Callable[[bytes, bytes], int]) -> None:
        self._starts = starts
        self._measure = measure
        self._step: Callable[[bytes, int, list[Piece]], int] = self._read_head
        self._rest = b""
        self._left = 0
        self.lowered = b""
        self.is_broken = False
        self.is_between = True

    @property
    def runs_until_close(self) -> bool:
        return self._step == self._read_on and not self.is_broken

    def run_on(self) -> None:
        """Take all that comes from now on as DATA: the connection has become something else."""
        self._step, self.is_between = self._read_on, False

    def release(self) -> bytes:
        """Give up what is held of an unfinished head or line, and return it."""
        rest, self._rest = self._rest, b""
        return rest

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Yield each piece before the next is looked for, so that `measure` can depend on what came of the last."""
        if self._rest:
            data, self._rest = self._rest + data, b""
        self.is_between = False
        position, size = 0, len(data)
        while position < size:
            pieces: list[Piece] = []
            try:
                after = self._step(data, position, pieces)
            except FramingError:
                self.is_broken, self._step = True, self._read_on
                continue
            if after == position:
                self._rest = data[position:]
                return
            position = after
            yield from pieces
        self.is_between = self._step == self._read_head

    def _read_head(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        if not self._starts(data[start : start + 8]):
            return _pass_empty_line(data, start, pieces)
        end = data.find(_HEAD_END, start)
        if end < 0:
            if len(data) - start > MOST_HEAD:
                raise FramingError(f"a head of more than {MOST_HEAD} bytes")
            if any(data.find(bare, start) >= 0 for bare in _BARE_HEAD_ENDS):
                raise FramingError("a head whose lines end in a bare line feed")
            return start
        end += len(_HEAD_END)
        head = data if start == 0 and end == len(data) else data[start:end]
        self.lowered = head.lower()
        length = self._measure(head, self.lowered)
        pieces.append((HEAD, head))
        if length == 0:
            pieces.append((END, b""))
        elif length > 0:
            self._left, self._step = length, self._read_body
        else:
            self._left, self._step = 0, self._read_chunk_line if length == CHUNKED else self._read_on
        return end

    def _read_body(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        body = data[start : start + self._left]
        self._left -= len(body)
        pieces.append((DATA, body))
        if not self._left:
            pieces.append((END, b""))
            self._step = self._read_head
        return start + len(body)

    def _read_on(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        pieces.append((DATA, data[start:]))
        return len(data)

    def _read_chunk_line(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        """Read the line end that is left of the last chunk and the size of the next, together where both are there."""
        line = start + self._left
        end = data.find(b"\r\n", line)
        if end < 0:
            if len(data) - start > MOST_LINE:
                raise FramingError("a chunk without a size")
            if not self._left or len(data) < line:
                return start
            pieces.append((FRAME, data[start:line]))
            self._left = 0
            return line
        end += 2
        found = _CHUNK_SIZE.match(data, line, end)
        if found is None:
            raise FramingError(f"not the size of a chunk: {data[line:end]!r}")
        pieces.append((FRAME, data[start:end]))
        self._left = int(found[1], 16)
        self._step = self._read_chunk if self._left else self._read_trailer
        return end

    def _read_chunk(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        chunk = data[start : start + self._left]
        self._left -= len(chunk)
        pieces.append((DATA, chunk))
        if not self._left:
            self._left, self._step = 2, self._read_chunk_line
        return start + len(chunk)

    def _read_trailer(self, data: bytes, start: int, pieces: list[Piece]) -> int:
        end = data.find(b"\r\n", start)
        if end < 0:
            if len(data) - start > MOST_HEAD:
                raise FramingError(f"a trailer of more than {MOST_HEAD} bytes")
            return start
        end += 2
        pieces.append((FRAME, data[start:end]))
        if end == start + 2:
            pieces.append((END, b""))
            self._step = self._read_head
        return end


def _pass_empty_line(data: bytes, start: int, pieces: list[Piece]) -> int:
    line = data[start : start + 2]
    if line == b"\r":
        return start
    if line != b"\r\n":
        raise FramingError(f"not the start of a message: {data[start : start + 20]!r}")
    pieces.append((FRAME, line))
    return start + 2


def starts_request(data: bytes) -> bool:
    """Tell whether a message that begins so can be a request: with a method in capitals."""
    return _METHOD.match(data) is not None


def starts_answer(data: bytes) -> bool:
    return data.startswith(b"HTTP/1.") or b"HTTP/1.".startswith(data)


def bare_request(data: bytes) -> bytes | None:
    """Return the head in lower case where the bytes are exactly one request without a body."""
    if not _REQUEST_LINE.match(data) or data.find(_HEAD_END) != len(data) - 4:
        return None
    lowered = data.lower()
    if b"\r\ncontent-length:" in lowered or b"\r\ntransfer-encoding:" in lowered:
        return None
    return lowered


def whole_answer(data: bytes) -> tuple[bytes, bytes] | None:
    """Return status with reason, and the head in lower case, where the bytes are one answer of a declared length."""
    found = _FINAL_LINE.match(data)
    end = data.find(_HEAD_END) + 4
    lowered = data[:end].lower()
    length = _LENGTH.search(lowered)
    if found is None or length is None or int(length[1]) != len(data) - end or b"\r\ntransfer-encoding:" in lowered:
        return None
    return found[1], lowered


def measure_request(head: bytes, lowered: bytes) -> int:
    if not _REQUEST_LINE.match(head):
        raise FramingError(f"not a request line: {head[:80]!r}")
    return _declared(lowered, 0)


def measure_answer(head: bytes, lowered: bytes, method: bytes) -> int:
    """Return the length of an answer's body, which also depends on the method that was asked with."""
    status = status_of(head)
    if status == SWITCHING or (method == b"CONNECT" and OK <= status < REDIRECTING):
        return TUNNEL
    if method == b"HEAD" or status < OK or status in WITHOUT_BODY:
        return 0
    return _declared(lowered, UNTIL_CLOSE)


def request_line(head: bytes) -> tuple[bytes, bytes]:
    """Return method with target, and the method alone."""
    found = _REQUEST_LINE.match(head)
    return (found[1], found[2]) if found else (b"", b"")


def status_of(head: bytes) -> int:
    found = _STATUS.match(head)
    if found is None:
        raise FramingError(f"not a status line: {head[:20]!r}")
    return int(found[1])


def header(lowered: bytes, name: bytes, head: bytes) -> str:
    """Return a header's value; `name` is in lower case, with the line break before and the colon after it."""
    start = lowered.find(name)
    if start < 0:
        return ""
    start += len(name)
    return head[start : head.index(b"\r\n", start)].strip().decode("latin-1")


def _declared(lowered: bytes, otherwise: int) -> int:
    start = lowered.rfind(_CODED)
    if start >= 0:
        return CHUNKED if header(lowered[start:], _CODED, lowered[start:]).endswith("chunked") else otherwise
    start = lowered.find(_COUNTED)
    if start < 0:
        return otherwise
    found = _NUMBER.match(lowered, start + len(_COUNTED))
    if found is None:
        raise FramingError("a length that is no number")
    return int(found[1])
