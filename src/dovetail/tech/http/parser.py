"""Answers in pieces, in chunks, after interim ones or until the connection ends, read by httptools.

Loaded by the client when the first such answer comes.
"""

from typing import Protocol

import httptools


class Listener(Protocol):
    """Whoever hears the parts of an answer as they are recognised."""

    def on_header(self, name: bytes, value: bytes) -> None: ...
    def on_headers_complete(self) -> None: ...
    def on_body(self, body: bytes) -> None: ...
    def on_message_complete(self) -> None: ...


class Parser:
    """Of one connection; `is_switched` once the connection has become something else than HTTP."""

    def __init__(self, listener: Listener) -> None:
        self._parser = httptools.HttpResponseParser(listener)
        self.is_switched = False

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    @property
    def is_kept(self) -> bool:
        return bool(self._parser.should_keep_alive())

    def feed(self, data: bytes) -> str:
        """Take more bytes; returns why they are not HTTP, nothing where they are."""
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_switched = True
        except httptools.HttpParserError as error:
            return str(error)
        return ""
