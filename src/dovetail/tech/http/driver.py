"""Speaks HTTP to a service in a check. Called by the engine."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from dovetail.model.address import Address
from dovetail.model.version import VERSION
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Driver, Session, Target
from dovetail.tech.http.answer import make_answer, make_refusal
from dovetail.tech.http.client import Client, NoReplyError, Origin, Reply
from dovetail.tech.http.request import Request, basic_authorization, read_request, read_subject

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
KEEPS_METHOD = frozenset({307, 308})
MOST_REDIRECTS = 10


class HttpSession:
    """Asks over the driver's pool; `trace` goes with every request, each as a span of its own."""

    def __init__(self, client: Client, target: Target, agent: str) -> None:
        self._client = client
        self._target = target
        self._origin = origin_of(target.address)
        self._path = target.address.path.rstrip("/")
        self._standing = {"user-agent": agent, "accept": "*/*", "accept-encoding": "gzip, deflate"}
        if target.address.user:
            self._standing["authorization"] = basic_authorization(target.address.user, target.address.password)
        self._spans = 0

    async def foresee(self, acts: Sequence[Act]) -> None:
        """HTTP answers only what it is asked: nothing to prepare."""

    async def perform(self, act: Act, seconds: float) -> Answer:
        request = read_request(act)
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
        reply = await self._client.ask(origin, request.method, write(request, target, origin, own), until)
        if not request.follows:
            return reply
        url = f"{origin.scheme}://{self._target.address.endpoint}{target}"
        for _ in range(MOST_REDIRECTS):
            if reply.status not in REDIRECTS or "location" not in reply.headers:
                return reply
            url = urljoin(url, reply.headers["location"])
            request, own, there, target = follow(request, own, origin, url, reply.status)
            reply = await self._client.ask(there, request.method, write(request, target, there, own), until)
            origin = there
        return reply

    def _own_headers(self, request: Request) -> dict[str, str]:
        """Return what is sent beside the user's own headers, which come first."""
        own = self._standing.copy()
        if self._target.trace:
            self._spans += 1
            own["traceparent"] = f"00-{self._target.trace}-{self._spans:016x}-01"
        for name, _ in request.headers:
            own.pop(name, None)
        return own


class HttpDriver:
    def __init__(self, client: Client | None = None) -> None:
        self._client = client or Client()
        self._agent = f"dovetail/{VERSION}"

    def effect_of(self, act: Act) -> Effect:
        method, _ = read_subject(act.subject)
        return Effect.READS if method in READING else Effect.WRITES

    async def connect(self, target: Target) -> Session:
        return HttpSession(self._client, target, self._agent)

    async def close(self) -> None:
        self._client.close()


def origin_of(address: Address) -> Origin:
    scheme = address.scheme or "http"
    return Origin(scheme, address.host, address.port or (443 if scheme == "https" else 80))


def write(request: Request, target: str, origin: Origin, own: dict[str, str]) -> bytes:
    """Write a request as it goes out."""
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    names = dict(request.headers)
    lines = [f"{request.method} {target} HTTP/1.1\r\n"]
    if "host" not in names:
        lines.append(f"host: {host}:{origin.port}\r\n")
    lines += [f"{name}: {value}\r\n" for name, value in own.items()]
    lines += [f"{name}: {value}\r\n" for name, value in request.headers]
    body = request.body or b""
    if (body or request.method in ("POST", "PUT", "PATCH")) and not names.keys() & {
        "content-length",
        "transfer-encoding",
    }:
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
        own = {name: value for name, value in own.items() if name != "authorization"}
    return Request(method, target, headers, body, follows=True), own, there, target


def driver() -> Driver:
    return HttpDriver()
