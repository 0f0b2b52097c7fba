"""Hands a Python process's events to the run that started it, as lines of the journal. Made by the player."""

import socket

from dovetail.journal.line import write_line
from dovetail.model.event import Event


class Relay:
    """Without a run nobody listens, and events end here."""

    def __init__(self, path: str) -> None:
        self._socket: socket.socket | None = None
        if path:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.connect(path)

    def publish(self, event: Event) -> None:
        if self._socket is not None:
            self._socket.sendall(write_line(event))

    def disown(self) -> None:
        """Leave the connection to the process that forked this one off."""
        self.close()
        self._socket = None

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
