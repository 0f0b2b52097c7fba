"""The way bytes take through a connection on which something changes them; kept by the connection.

Requests pass the faults, then the interceptors; answers pass the rewriter, the interceptors backwards, then the faults.
"""

from collections.abc import Callable

from msgspec import Struct

from dovetail.edge.flow import Direction, Flow, Stage
from dovetail.plugin.fault import ActiveFault, Interceptor
from dovetail.plugin.tap import RewritingListener

Feed = Callable[[bytes], None]
End = Callable[[], None]


class Bend(Struct, frozen=True):
    """One stage of one fault in one direction."""

    lease: str
    direction: Direction
    flow: Flow
    stage: Stage


class Span:
    """One interceptor between its neighbours; the Wire it is given."""

    def __init__(self, lease: str, fault: ActiveFault, close: Callable[[], None]) -> None:
        self.lease = lease
        self.is_lifted = False
        self.next_to_server: Feed = _drop
        self.next_to_client: Feed = _drop
        self._close = close
        self.interceptor: Interceptor = fault.intercept(self)

    def to_server(self, data: bytes) -> None:
        self.next_to_server(data)

    def to_client(self, data: bytes) -> None:
        self.next_to_client(data)

    def close(self) -> None:
        self._close()


class Detour:
    """Links stages and interceptors between `outs`, the two relays' ways out, and tells what each relay has to feed."""

    def __init__(self, outs: dict[Direction, tuple[Feed, End]], rewriter: RewritingListener | None) -> None:
        self._outs = outs
        self._rewriter = rewriter
        self._bends: list[Bend] = []
        self.spans: list[Span] = []
        self.heads = dict(outs)
        self._link()

    @property
    def is_empty(self) -> bool:
        return not (self._bends or self.spans or self._rewriter)

    def held(self, direction: Direction) -> int:
        return sum(bend.flow.held for bend in self._bends if bend.direction is direction)

    def add_stage(self, bend: Bend) -> None:
        self._bends.append(bend)
        self._link()

    def add_span(self, span: Span) -> None:
        self.spans.append(span)
        self._link()

    def remove_stages(self, lease: str) -> None:
        """Take a lifted fault out; what it held goes on to where it was bound for."""
        for bend in [bend for bend in self._bends if bend.lease == lease]:
            bend.flow.stop()
            bend.stage.release()
            self._bends.remove(bend)
        self._link()

    def remove_idle_spans(self) -> None:
        self.spans = [span for span in self.spans if not (span.is_lifted and span.interceptor.is_between)]
        self._link()

    def stop(self) -> None:
        for bend in self._bends:
            bend.flow.stop()

    def _link(self) -> None:
        self._link_requests()
        self._link_answers()

    def _link_requests(self) -> None:
        feed, end = self._outs[Direction.REQUEST]
        for span in reversed(self.spans):
            span.next_to_server = feed
            feed, end = span.interceptor.client_sent, _ending(span.interceptor.client_ended, end)
        self.heads[Direction.REQUEST] = self._link_stages(Direction.REQUEST, feed, end)

    def _link_answers(self) -> None:
        feed, end = self._link_stages(Direction.ANSWER, *self._outs[Direction.ANSWER])
        for span in self.spans:
            span.next_to_client = feed
            feed, end = span.interceptor.server_sent, _ending(span.interceptor.server_ended, end)
        if self._rewriter is not None:
            feed = _rewriting(self._rewriter, feed)
        self.heads[Direction.ANSWER] = (feed, end)

    def _link_stages(self, direction: Direction, feed: Feed, end: End) -> tuple[Feed, End]:
        for bend in reversed([bend for bend in self._bends if bend.direction is direction]):
            bend.flow.pass_on, bend.flow.pass_end = feed, end
            feed, end = bend.stage.feed, bend.stage.end
        return feed, end


def _rewriting(rewriter: RewritingListener, feed: Feed) -> Feed:
    def rewrite(data: bytes) -> None:
        rewritten = rewriter.rewrite(data)
        if rewritten:
            feed(rewritten)

    return rewrite


def _ending(first: End, then: End) -> End:
    def end() -> None:
        first()
        then()

    return end


def _drop(_data: bytes) -> None:
    """Stand in until the span is linked."""
