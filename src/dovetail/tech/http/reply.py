"""An answer as it came, and how one that came whole and plainly is read at once. Used by the client."""

import re

from msgspec import Struct, field

from dovetail.tech.http.header import Headers

WHOLE = re.compile(rb"HTTP/1\.1 ([2-5]\d\d)(?: [^\r\n\0]*)?\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n\0]*\r\n)*)\r\n")
WITHOUT_BODY = frozenset({204, 304})
DECIDING = frozenset({"connection", "transfer-encoding", "upgrade"})


class Reply(Struct):
    """The body decompressed, nothing else changed."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""


def read_whole(data: bytes) -> Reply | None:
    """Read the bytes that are one answer of a declared length on a connection that stays; None for all else."""
    found = WHOLE.match(data)
    if found is None:
        return None
    headers = Headers()
    for line in found[2].decode("latin-1").split("\r\n")[:-1]:
        name, _, value = line.partition(":")
        headers.add(name, value.strip(" \t"))
    status, body = int(found[1]), data[found.end() :]
    if status in WITHOUT_BODY or headers.find("content-length") != str(len(body)) or not DECIDING.isdisjoint(headers):
        return None
    return Reply(status, headers, body)
