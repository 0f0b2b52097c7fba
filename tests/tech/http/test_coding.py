"""Bodies are decompressed by what their header names."""

import gzip
import zlib

import pytest

from dovetail.tech.http.coding import UndecodableError, decode


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(b"body", mtime=0), "gzip"),
        (gzip.compress(b"body", mtime=0), "X-GZip"),
        (zlib.compress(b"body"), "deflate"),
        (zlib.compress(b"body")[2:-4], "Deflate"),
        (b"body", "identity"),
        (b"body", "br"),
    ],
)
def test_what_we_know_is_decompressed(packed: bytes, encoding: str) -> None:
    assert decode(packed, encoding) == b"body"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_not_what_its_header_says_tells_why(encoding: str) -> None:
    with pytest.raises(UndecodableError, match="Error -3"):
        decode(b"plain text", encoding)
