import asyncio

from dovetail.edge.detour import Bend, Detour, Span
from dovetail.edge.fault.passage import Passage
from dovetail.edge.flow import Direction, Flow
from dovetail.edge.proxy import Fittings
from dovetail.plugin.fault import Wire
from dovetail.wire.timer import Timer

REQUEST, ANSWER = Direction.REQUEST, Direction.ANSWER


class Nobody:
    def end(self, how: str) -> None: ...

    def close(self, how: str) -> None: ...

    def cut(self, how: str) -> None: ...

    def ease(self) -> None: ...


class Marking(Passage):
    """Leaves a mark on what passes."""

    def __init__(self, flow: Flow, mark: bytes) -> None:
        super().__init__(flow)
        self._mark = mark

    def feed(self, data: bytes) -> None:
        super().feed(data + self._mark)


class MarkingInterceptor:
    def __init__(self, wire: Wire, mark: bytes) -> None:
        self._wire = wire
        self._mark = mark
        self.is_between = False

    def client_sent(self, data: bytes) -> None:
        self._wire.to_server(data + self._mark)

    def server_sent(self, data: bytes) -> None:
        self._wire.to_client(data + self._mark)

    def client_ended(self) -> None:
        self._wire.to_server(b"held" + self._mark)

    def server_ended(self) -> None:
        self._wire.to_client(b"held" + self._mark)

    def lift(self) -> None:
        self.is_between = True


class MarkingFault:
    def __init__(self, mark: bytes) -> None:
        self._mark = mark

    def intercept(self, wire: Wire) -> MarkingInterceptor:
        return MarkingInterceptor(wire, self._mark)


class Brackets:
    def client_sent(self, data: bytes) -> None: ...

    def server_sent(self, data: bytes) -> None: ...

    def ended(self, how: str) -> None: ...

    def rewrite(self, data: bytes) -> bytes:
        return b"<" + data + b">" if data else b""


class Way:
    """A detour whose ends are lists."""

    def __init__(self, rewriter: Brackets | None = None) -> None:
        self.out: dict[Direction, list[bytes]] = {REQUEST: [], ANSWER: []}
        self.timer = Timer(asyncio.get_running_loop())
        outs = {way: (self.out[way].append, self.end) for way in (REQUEST, ANSWER)}
        self.detour = Detour(outs, rewriter)

    def end(self) -> None:
        for out in self.out.values():
            out.append(b"end")

    def bend(self, lease: str, direction: Direction, mark: bytes) -> Flow:
        flow = Flow(Nobody(), self.timer, Fittings().random)
        self.detour.add_stage(Bend(lease, direction, flow, Marking(flow, mark)))
        return flow

    def span(self, lease: str, mark: bytes) -> Span:
        span = Span(lease, MarkingFault(mark), self.end)
        self.detour.add_span(span)
        return span

    def send(self, direction: Direction, data: bytes) -> bytes:
        self.detour.heads[direction][0](data)
        return self.out[direction].pop() if self.out[direction] else b""


def test_requests_pass_faults_then_interceptors_and_answers_the_other_way() -> None:
    async def scene() -> None:
        way = Way(Brackets())
        way.bend("f", REQUEST, b"1")
        way.bend("f", ANSWER, b"1")
        way.bend("g", REQUEST, b"2")
        way.span("h", b"3")
        way.span("i", b"4")
        assert way.send(REQUEST, b"ask ") == b"ask 1234"
        assert way.send(ANSWER, b"say ") == b"<say >431"
        assert way.send(ANSWER, b"") == b""
        way.timer.close()

    asyncio.run(scene())


def test_a_lifted_fault_is_taken_out_and_the_rest_stays_linked() -> None:
    async def scene() -> None:
        way = Way()
        way.bend("f", REQUEST, b"1")
        flow = way.bend("g", REQUEST, b"2")
        way.bend("h", REQUEST, b"3")
        flow.hold(10)
        assert way.detour.held(REQUEST) == 10
        way.detour.remove_stages("g")
        assert way.send(REQUEST, b"") == b"13"
        way.detour.remove_stages("f")
        way.detour.remove_stages("h")
        assert way.detour.is_empty
        assert way.detour.held(REQUEST) == 0
        way.timer.close()

    asyncio.run(scene())


def test_what_interceptors_hold_goes_out_in_order_before_the_end() -> None:
    async def scene() -> None:
        for direction, held in ((REQUEST, [b"held34", b"held4", b"end"]), (ANSWER, [b"held43", b"held3", b"end"])):
            way = Way()
            way.span("h", b"3")
            way.span("i", b"4")
            way.detour.heads[direction][1]()
            assert way.out[direction] == held
            way.timer.close()

    asyncio.run(scene())


def test_an_interceptor_leaves_at_a_message_boundary_only() -> None:
    async def scene() -> None:
        way = Way()
        span = way.span("f", b"!")
        span.is_lifted = True
        way.detour.remove_idle_spans()
        assert way.send(REQUEST, b"mid") == b"mid!"
        span.interceptor.lift()
        way.detour.remove_idle_spans()
        assert way.send(REQUEST, b"after") == b"after"
        way.timer.close()

    asyncio.run(scene())
