"""One proxied connection: a relay each way, and what listens to or changes the bytes; owned by the proxy."""

import asyncio
import socket
from collections.abc import Callable
from random import Random
from typing import cast

from msgspec import Struct

from dovetail.edge.detour import Bend, Detour, End, Feed, Span
from dovetail.edge.fault.fault import Fault
from dovetail.edge.flow import Direction, Flow
from dovetail.edge.relay import Ear, Relay
from dovetail.edge.unread import Unread
from dovetail.plugin.fault import ActiveFault, Framed
from dovetail.plugin.tap import Listener, RewritingListener
from dovetail.wire.stream import reset
from dovetail.wire.timer import Timer


class Ground(Struct, frozen=True):
    """What all connections of an edge stand on; `gone` hears of each that has ended."""

    loop: asyncio.AbstractEventLoop
    buffer: bytearray
    timer: Callable[[], Timer]
    random: Random
    gone: Callable[[int], None]


class Connection:
    """Lives until both directions have ended, or until it is cut."""

    def __init__(
        self,
        ground: Ground,
        number: int,
        sockets: tuple[socket.socket, socket.socket],
        listener: Listener | RewritingListener | None,
    ) -> None:
        self._ground = ground
        self._number = number
        self._client, self._server = sockets
        self._listener = listener
        self._is_over = False
        self._how = "closed"
        loop, buffer = ground.loop, ground.buffer
        asked = Ear(listener.client_sent, is_early=True) if listener else Ear()
        answered = Ear(listener.server_sent) if listener else Ear()
        self._request = Relay(loop, buffer, (self._client, self._server), self, asked)
        self._answer = Relay(loop, buffer, (self._server, self._client), self, answered)
        self._detour: Detour | None = None
        self._rewriter = cast("RewritingListener", listener) if hasattr(listener, "rewrite") else None
        self._expected: list[tuple[str, ActiveFault]] = []
        self.unread: Unread | None = None

    def start(self) -> None:
        if self._rewriter is not None:
            self._reroute()
        self._request.start()
        self._answer.start()

    def join(self, lease: str, fault: Fault) -> None:
        """Put a fault's stages into this connection."""
        detour = self._way()
        for direction in fault.directions:
            flow = Flow(self, self._ground.timer(), self._ground.random)
            stage = fault.stage(flow)
            if self._is_over:
                return
            detour.add_stage(Bend(lease, direction, flow, stage))
        self._reroute()

    def intercept(self, lease: str, fault: ActiveFault) -> None:
        """Put an active fault in at the next message boundary; a connection whose tap knows none is left alone."""
        if hasattr(self._listener, "is_between"):
            self._way()
            self._expected.append((lease, fault))
            self._settle_spans()

    def lose(self, unread: Unread) -> None:
        """Hand the listener nothing more, since it can read no more; only count."""
        if self.unread is None:
            self.unread = unread
            self._request.hear_with(unread.client_sent)
            self._answer.hear_with(unread.server_sent)

    def leave(self, lease: str) -> None:
        if self._detour is None:
            return
        self._expected = [(other, fault) for other, fault in self._expected if other != lease]
        self._detour.remove_stages(lease)
        for span in self._detour.spans:
            if span.lease == lease:
                span.is_lifted = True
                span.interceptor.lift()
        self._settle_spans()

    def end(self, how: str) -> None:
        """End both ways as if both sides had: what faults still hold goes out first."""
        self._how = how
        self._request.stop_reading()
        self._answer.stop_reading()
        for _, end in tuple(self._way().heads.values()):
            end()

    def close(self, how: str) -> None:
        """Close both ways once what was passed on is out; what faults still hold is lost."""
        self._how = how
        for relay in (self._request, self._answer):
            relay.stop_reading()
            relay.pass_end()

    def cut(self, how: str) -> None:
        """Reset both ways at once."""
        if not self._is_over:
            self._how = how
            self._let_go()
            reset(self._client)
            reset(self._server)
            self._tell()

    def finished(self) -> None:
        if self._request.has_ended and self._answer.has_ended and not self._is_over:
            self._let_go()
            self._client.close()
            self._server.close()
            self._tell()

    def ease(self) -> None:
        self._request.relieve()
        self._answer.relieve()

    def _let_go(self) -> None:
        self._is_over = True
        self._request.stop()
        self._answer.stop()
        if self._detour is not None:
            self._detour.stop()

    def _tell(self) -> None:
        self._ground.gone(self._number)
        if self._listener is not None:
            self._listener.ended(self._how)

    def _way(self) -> Detour:
        if self._detour is None:
            outs: dict[Direction, tuple[Feed, End]] = {
                Direction.REQUEST: (self._request.pass_on, self._request.pass_end),
                Direction.ANSWER: (self._deliver, self._answer.pass_end),
            }
            self._detour = Detour(outs, self._rewriter)
        return self._detour

    def _reroute(self) -> None:
        """Lead both relays over the detour, or straight on where nothing is in the way."""
        detour = self._way()
        if detour.is_empty and not self._expected:
            self._request.restore()
            self._answer.restore()
            return
        for direction, relay in ((Direction.REQUEST, self._request), (Direction.ANSWER, self._answer)):
            feed, end = detour.heads[direction]
            relay.divert(self._watched(feed), end, self._held(direction))

    def _held(self, direction: Direction) -> Callable[[], int]:
        detour = self._way()
        return lambda: detour.held(direction)

    def _deliver(self, data: bytes) -> None:
        self._answer.pass_on(data)
        if self._expected:
            self._settle_spans()

    def _watched(self, feed: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """Look for a message boundary after each piece, where an interceptor waits for one."""
        detour = self._way()
        if not (self._expected or detour.spans):
            return feed

        def feed_and_look(data: bytes) -> None:
            feed(data)
            if self._expected or any(span.is_lifted for span in detour.spans):
                self._settle_spans()

        return feed_and_look

    def _settle_spans(self) -> None:
        detour = self._way()
        if not self._is_over and self._expected and self._is_between():
            for lease, fault in self._expected:
                detour.add_span(Span(lease, fault, self._end_faulted))
            self._expected = []
        detour.remove_idle_spans()
        self._reroute()

    def _is_between(self) -> bool:
        return cast("Framed", self._listener).is_between and not self._way().held(Direction.REQUEST)

    def _end_faulted(self) -> None:
        self.end("faulted")
