"""Speaks HTTP to a service in a check. Called by the engine."""

import asyncio
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin, urlsplit

from dovetail.model.address import Address
from dovetail.model.version import VERSION
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Driver, Session, Target
from dovetail.tech.http.answer import make_answer, make_refusal
from dovetail.tech.http.client import Client, NoReplyError, Origin
from dovetail.tech.http.reply import Reply
from dovetail.tech.http.request import Request, basic_authorization, bring_home, read_method, read_request

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
MOST_REDIRECTS = 10
SENDING = frozenset({"POST", "PUT", "PATCH"})
SIZED = frozenset({"content-length", "transfer-encoding"})


class HttpSession:
    """Asks over the driver's pool; `trace` goes with every request, each as a span of its own."""

    def __init__(self, client: Client, target: Target, agent: Mapping[str, str]) -> None:
        self._client = client
        self._target = target
        self._origin = origin_of(target.address)
        self._path = target.address.path.rstrip("/")
        self._standing = {"host": host_of(self._origin), **agent}
        if target.address.user:
            login = basic_authorization(target.address.user, target.address.password)
            self._standing["authorization"] = f"authorization: {login}\r\n"
        self._spans = 0

    async def foresee(self, acts: Sequence[Act]) -> None:
        """HTTP answers only what it is asked: nothing to prepare."""

    async def perform(self, act: Act, seconds: float) -> Answer:
        request = bring_home(read_request(act), self._target.address)
        until = asyncio.get_running_loop().time() + seconds
        try:
            reply = await self._ask(request, until)
        except TimeoutError:
            return make_refusal(request, NoReplyError("timeout", f"no answer within {round(seconds, 2):g} s"))
        except NoReplyError as error:
            return make_refusal(request, error)
        return make_answer(request, reply)

    async def close(self) -> None:
        """Leave the connections in the pool."""

    async def _ask(self, request: Request, until: float) -> Reply:
        origin = self._origin
        target = self._path + request.target
        own = self._own_headers(request)
        reply = await self._client.ask(origin, request.method, write(request, target, own), until)
        if not request.follows:
            return reply
        url = f"{origin.scheme}://{self._target.address.endpoint}{target}"
        for _ in range(MOST_REDIRECTS):
            if reply.status not in REDIRECTS or "location" not in reply.headers:
                return reply
            url = urljoin(url, reply.headers["location"])
            request, own, there, target = follow(request, own, origin, url, reply.status)
            reply = await self._client.ask(there, request.method, write(request, target, own), until)
            origin = there
        return reply

    def _own_headers(self, request: Request) -> dict[str, str]:
        """Return the lines that are sent beside the user's own headers, which win."""
        own = self._standing.copy()
        if self._target.trace:
            self._spans += 1
            own["traceparent"] = f"traceparent: 00-{self._target.trace}-{self._spans:016x}-01\r\n"
        for name, _ in request.headers:
            own.pop(name, None)
        return own


class HttpDriver:
    def __init__(self, client: Client | None = None) -> None:
        self._client = client or Client()
        self._agent = introduce(f"dovetail/{VERSION}")

    def effect_of(self, act: Act) -> Effect:
        return Effect.READS if read_method(act.subject) in READING else Effect.WRITES

    async def connect(self, target: Target) -> Session:
        return HttpSession(self._client, target, self._agent)

    async def close(self) -> None:
        self._client.close()


def origin_of(address: Address) -> Origin:
    scheme = address.scheme or "http"
    return Origin(scheme, address.host, address.port or (443 if scheme == "https" else 80))


def host_of(origin: Origin) -> str:
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    return f"host: {host}:{origin.port}\r\n"


def introduce(agent: str) -> Mapping[str, str]:
    """Return the lines that tell who asks and what he takes, by their names."""
    own = {"user-agent": agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
    return {name: f"{name}: {value}\r\n" for name, value in own.items()}


def write(request: Request, target: str, own: Mapping[str, str]) -> bytes:
    """Write a request as it goes out; `own` are whole lines by their names."""
    lines = [f"{request.method} {target} HTTP/1.1\r\n", *own.values()]
    lines += [f"{name}: {value}\r\n" for name, value in request.headers]
    body = request.body or b""
    if (body or request.method in SENDING) and not any(name in SIZED for name, _ in request.headers):
        lines.append(f"content-length: {len(body)}\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1", "replace") + body


def follow(
    request: Request, own: dict[str, str], origin: Origin, url: str, status: int
) -> tuple[Request, dict[str, str], Origin, str]:
    """Make the request a redirect asks for; secrets do not go to another origin."""
    parts = urlsplit(url)
    there = Origin(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    method, body, headers = request.method, request.body, request.headers
    if status not in KEEPS_METHOD and method not in ("GET", "HEAD"):
        method, body = "GET", None
        headers = tuple(pair for pair in headers if not pair[0].startswith("content-"))
    if there != origin:
        headers = tuple(pair for pair in headers if pair[0] not in ("authorization", "cookie", "host"))
        own = {name: line for name, line in own.items() if name != "authorization"} | {"host": host_of(there)}
    return Request(method, target, headers, body, follows=True), own, there, target


def driver() -> Driver:
    return HttpDriver()
