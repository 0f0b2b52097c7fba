"""The fact sheet of HTTP, read by the registry."""

from dovetail.model.vocabulary import FaultWord, Verb, Word
from dovetail.plugin.sheet import Sheet

_STATUS = Word("status", "number", "the status answered instead of the service")

REQUEST = Verb(
    "http.request",
    Word(
        "request",
        "string",
        "method and path (or URL of the service): POST /orders; a path alone is a GET",
        is_required=True,
    ),
    "Send one HTTP request to the service.",
    aliases=("http",),
    fields=(
        Word("json", "any", "the body, sent as JSON"),
        Word("body", "string", "the body, sent as it is"),
        Word("form", "map", "the body, sent as a form"),
        Word("headers", "map", "headers by name"),
        Word("query", "map", "query parameters by name, added to those in the path; a list repeats its name"),
        Word("cookies", "map", "cookies by name"),
        Word("auth", "map", "{basic: {user: …, password: …}} or {bearer: token}"),
        Word("follow_redirects", "bool", "go where the answer points, at most ten times; never, by default"),
    ),
    facets=(
        Word("status", "number", "the status code"),
        Word("headers", "map", "headers by name, upper and lower case being the same"),
        Word("json", "any", "the body read as JSON"),
        Word("body", "string", "the body as text; bytes where it is none"),
        Word("cookies", "map", "cookies that the answer sets, by name"),
        Word("error", "map", "why no answer came: kind (refused, timeout, reset, closed, protocol) and message"),
    ),
    prefixes=("get", "head", "options", "post", "put", "patch", "delete"),
    example="""\
http: POST /orders
json: {customerId: c-1, items: [{sku: A-1, quantity: 2}]}
expect: {status: 201, json: {id: <uuid>, status: pending}}
save: {order: json.id}
""",
)

FAULT = FaultWord(
    "http",
    "Some requests are answered by the edge, or their answers are cut short.",
    value=_STATUS,
    fields=(
        _STATUS,
        Word("first", "number", "strike only the first so many matching requests"),
        Word("every", "number", "strike every so-many-th matching request"),
        Word("probability", "number", "the share of matching requests it strikes, 0 to 1"),
        Word("method", "string", "strike only this method"),
        Word("path", "string", "strike only this path; * stands for any text"),
        Word("body", "any", "the body of the answer; anything but text is sent as JSON"),
        Word("headers", "map", "headers of the answer"),
        Word("retry_after", "duration", "sent as Retry-After, in whole seconds"),
        Word("truncate", "size", "cut the answer's body after so many bytes, then close; without status, the real one"),
    ),
    technologies=("http",),
)

SHEET = Sheet(
    name="http",
    aliases=("https",),
    scheme="http",
    port=80,
    verbs=(REQUEST,),
    faults=(FAULT,),
    parts=frozenset({"driver", "fault", "prober", "tap"}),
)
