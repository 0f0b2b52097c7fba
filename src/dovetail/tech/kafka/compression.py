"""What a producer may compress its batches with, undone; called where messages are read."""

import gzip
import zlib
from importlib import import_module
from types import ModuleType
from typing import Protocol, cast

from dovetail.errors import MissingPartError, Problem
from dovetail.tech.kafka.frame import FrameError

_PLAIN, _GZIP = 0, 1
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_HEAD = 16
_CRAMJAM = {2: "snappy", 3: "lz4", 4: "zstd"}


class _Codec(Protocol):
    def decompress(self, data: bytes) -> bytes: ...

    def decompress_raw(self, data: bytes) -> bytes: ...


def decompress(codec: int, data: bytes) -> bytes:
    """Undo the compression; needs the library cramjam for snappy, lz4 and zstd."""
    if codec == _PLAIN:
        return data
    if codec == _GZIP:
        try:
            return gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as broken:
            raise FrameError(f"a batch is broken gzip: {broken}") from broken
    if codec not in _CRAMJAM:
        raise FrameError(f"a batch is compressed in an unknown way ({codec})")
    return _decompress_foreign(_CRAMJAM[codec], data)


def _decompress_foreign(name: str, data: bytes) -> bytes:
    cramjam = _load(name)
    library = cast("_Codec", getattr(cramjam, name))
    try:
        return _decompress_snappy(library, data) if name == "snappy" else bytes(library.decompress(data))
    except cast("type[Exception]", cramjam.DecompressionError) as broken:
        raise FrameError(f"a batch is broken {name}: {broken}") from broken


def _load(name: str) -> ModuleType:
    try:
        return import_module("cramjam")
    except ModuleNotFoundError as missing:
        raise MissingPartError(
            Problem(
                f"a message is compressed with {name}, which needs the Python library cramjam; it is not installed",
                "install it: pip install 'dovetail[kafka]'",
            )
        ) from missing


def _decompress_snappy(library: _Codec, data: bytes) -> bytes:
    """Java's clients cut snappy into blocks of their own framing, others write one raw block."""
    if not data.startswith(_XERIAL):
        return bytes(library.decompress_raw(data))
    parts, at = [], _XERIAL_HEAD
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        parts.append(bytes(library.decompress_raw(data[at + 4 : at + 4 + size])))
        at += 4 + size
    return b"".join(parts)
