"""Turns a step's words into one HTTP request; pure. Called by the driver."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dovetail.errors import Problem, SuiteError
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.plugin.driver import Act

_SUBJECT = re.compile(r"(?:([A-Za-z]+)\s+)?(\S.*)", re.DOTALL)
_PLAIN = re.compile(r"[\x21-\x7e]*")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_SAFE = "/%:?@!$&'()*+,;=~-._"
_SCHEMES = ("http://", "https://")
_STARTS = ("/", *_SCHEMES)
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_SLOT = "{{"
_ELSEWHERE = "write the path alone and name the service: on: orders"
_BODIES = ("json", "body", "form")
_JSON = msgspec.json.Encoder(decimal_format="number")


class Request(Struct, frozen=True):
    """`headers` are written as they stand; `body` is None where there is none; `target` is a path or a whole URL."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    follows: bool = False

    @property
    def line(self) -> str:
        return f"{self.method} {self.target}"


def read_request(act: Act) -> Request:
    """Read subject and fields; raises SuiteError for what no request can be made of."""
    method, target = read_subject(act.subject)
    fields = act.fields
    if not fields:
        return Request(method, target)
    if fields.get("query"):
        target += ("&" if "?" in target else "?") + _query(fields["query"], "query")
    kind, body = _body(fields)
    headers = dict(_headers(fields.get("headers")))
    if kind:
        headers.setdefault("content-type", kind)
    if fields.get("cookies"):
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in _texts(fields["cookies"], "cookies"))
    if fields.get("auth") is not None:
        headers["authorization"] = _authorization(fields["auth"])
    for name, value in headers.items():
        _insist(_TOKEN.fullmatch(name), f"{name!r} is no name of a header")
        _insist("\r" not in value and "\n" not in value, f"the header {name} holds a line break")
    return Request(method, target, tuple(headers.items()), body, fields.get("follow_redirects") is True)


def read_subject(subject: object) -> tuple[str, str]:
    """Return method and target; spaces and letters outside ASCII are quoted, what is quoted stays."""
    return _settle(*_split(subject))


def read_method(subject: object) -> str:
    """Return the method of a subject whose slots are not filled in yet; empty where a slot may hold it."""
    method, target = _split(subject)
    return method if target.startswith(_SLOT) else _settle(method, target)[0]


def _settle(method: str, target: str) -> tuple[str, str]:
    if not target.startswith(_STARTS):
        raise SuiteError(Problem(f"the path of a request starts with /, got {target!r}", _ELSEWHERE))
    if not _PLAIN.fullmatch(target):
        target = quote(target, safe=_SAFE)
    return method or "GET", target.partition("#")[0]


def bring_home(request: Request, address: Address) -> Request:
    """Return `request` with a target below `address`: a URL that a service tells of itself becomes its path there."""
    if request.target.startswith("/"):
        return request
    try:
        url = urlsplit(request.target)
        door = (url.scheme, url.hostname or "", url.port or _PORTS[url.scheme])
    except ValueError as error:
        raise SuiteError(Problem(f"{request.target!r} is no URL: {error}", _ELSEWHERE)) from error
    scheme = address.scheme or "http"
    home, base = (scheme, address.host, address.port or _PORTS.get(scheme, 80)), address.path.rstrip("/")
    path = url.path or "/"
    if _named_alike(door) != _named_alike(home) or not f"{path}/".startswith(f"{base}/"):
        what = f"{request.target} leads away from the service, which is at {address.endpoint}{base}"
        raise SuiteError(Problem(what, _ELSEWHERE))
    target = (path[len(base) :] or "/") + (f"?{url.query}" if url.query else "")
    return replace(request, target=target)


def _named_alike(door: tuple[str, str, int]) -> tuple[str, str, int]:
    scheme, host, port = door
    return scheme, "localhost" if host in _LOOPBACK else host.lower(), port


def _split(subject: object) -> tuple[str, str]:
    """Return the method, empty where none is written, and what follows it."""
    found = _SUBJECT.fullmatch(subject.strip()) if isinstance(subject, str) else None
    if found is None:
        raise SuiteError(Problem(f"http wants a method and a path, got {subject!r}", "write it so: http: GET /orders"))
    return (found[1] or "").upper(), found[2]


def _body(fields: Mapping[str, Data]) -> tuple[str, bytes | None]:
    given = [name for name in _BODIES if name in fields]
    _insist(len(given) <= 1, f"a request has one body, got {' and '.join(given)}")
    if not given:
        return "", None
    value = fields[given[0]]
    if given[0] == "json":
        return "application/json", _JSON.encode(value)
    if given[0] == "form":
        return "application/x-www-form-urlencoded", _query(value, "form").encode()
    if isinstance(value, bytes):
        return "application/octet-stream", value
    return "text/plain; charset=utf-8", _text(value).encode()


def _headers(value: Data) -> Iterator[tuple[str, str]]:
    if value is not None:
        for name, text in _texts(value, "headers"):
            yield name.lower(), text


def _authorization(value: Data) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        if isinstance(value.get("bearer"), str):
            return f"Bearer {value['bearer']}"
        basic = value.get("basic")
        if isinstance(basic, Mapping):
            return basic_authorization(_text(basic.get("user", "")), _text(basic.get("password", "")))
    raise SuiteError(
        Problem("auth wants one way to log in", "write {bearer: token} or {basic: {user: name, password: secret}}")
    )


def basic_authorization(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def _query(value: Data, field: str) -> str:
    return urlencode(list(_texts(value, field)))


def _texts(value: Data, field: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of each entry; a list repeats its name."""
    if not isinstance(value, Mapping):
        raise SuiteError(Problem(f"{field} wants names with values, got {value!r}"))
    for name, item in value.items():
        if isinstance(item, Sequence) and not isinstance(item, str | bytes):
            for one in item:
                yield name, _text(one)
        else:
            yield name, _text(item)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.decode("latin-1") if isinstance(value, bytes) else "" if value is None else str(value)


def _insist(holds: object, otherwise: str) -> None:
    if not holds:
        raise SuiteError(Problem(otherwise))
