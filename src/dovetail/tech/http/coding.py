"""Bodies decompressed. Loaded by the client when the first compressed one comes."""

import zlib

GZIP = frozenset({"gzip", "x-gzip"})
DEFLATE = "deflate"


class UndecodableError(ValueError):
    """A body that is not compressed as its header says; never leaves the client."""


def decode(body: bytes, encoding: str) -> bytes:
    """Decompress what `content-encoding` names; what we do not know stays as it came."""
    encoding = encoding.lower()
    try:
        if encoding in GZIP:
            return zlib.decompress(body, wbits=zlib.MAX_WBITS | 16)
        return _inflate(body) if encoding == DEFLATE else body
    except zlib.error as error:
        raise UndecodableError(str(error)) from error


def _inflate(body: bytes) -> bytes:
    """Read deflate with and without the frame that the standard asks for."""
    try:
        return zlib.decompress(body)
    except zlib.error:
        return zlib.decompress(body, wbits=-zlib.MAX_WBITS)
