"""A reply or a failure turned into the facets that expectations are written against; pure. Used by session."""

from dovetail.model.data import Bound, Data
from dovetail.plugin.driver import Answer
from dovetail.tech.postgres.connection import GarbledError, RefusedError, Reply
from dovetail.tech.postgres.message import Refusal, Result
from dovetail.tech.postgres.value import decode, write

REQUEST_AT_MOST = 600
SUMMARY_AT_MOST = 200
HINTS = {
    "25001": "this statement cannot run in the check's rolled-back transaction: give the check `isolation: clone`",
    "2D000": "this procedure ends transactions itself: give the check `isolation: clone`",
}


def describe(subject: str | Bound) -> str:
    """Write a step's SQL on one line as a person would, its values in place."""
    if isinstance(subject, str):
        return _cut(" ".join(subject.split()), REQUEST_AT_MOST)
    pieces = [subject.parts[0]]
    for value, part in zip(subject.values, subject.parts[1:], strict=True):
        pieces += (_quote(value), part)
    return _cut(" ".join("".join(pieces).split()), REQUEST_AT_MOST)


def read_result(result: Result, request: str) -> Answer:
    """Offer the last statement's rows; a statement without rows offers how many it changed."""
    names = [column.name for column in result.columns]
    types = [column.type for column in result.columns]
    rows: list[dict[str, Data]] = [
        {name: decode(text, oid) for name, text, oid in zip(names, row, types, strict=True)} for row in result.rows
    ]
    first = rows[0] if rows else None
    changed = result.tag.rpartition(" ")[2]
    facets: dict[str, Data] = {
        "rows": rows,
        "row": first,
        "value": next(iter(first.values()), None) if first else None,
        "count": len(rows) if names or not changed.isdigit() else int(changed),
        "columns": names,
        "status": result.tag,
    }
    return Answer(facets, request, _summarize(result.tag, names, rows))


def read_refusal(refusal: Refusal, request: str) -> Answer:
    said = {
        "kind": "server",
        "code": refusal.code,
        "message": refusal.message,
        "constraint": refusal.constraint,
        "table": refusal.table,
        "column": refusal.column,
        "detail": refusal.detail,
        "hint": HINTS.get(refusal.code) or refusal.hint or _hint_on_place(refusal),
    }
    error: dict[str, Data] = {key: value for key, value in said.items() if value}
    sentence = "; ".join(part for part in (refusal.message, refusal.detail, said["hint"]) if part)
    return Answer({"error": error}, request, f"error {refusal.code}", f"{sentence} ({refusal.code})")


def read_failure(failure: Exception, request: str, seconds: float) -> Answer:
    """Say why no answer came."""
    if isinstance(failure, RefusedError):
        return read_refusal(failure.refusal, request)
    kind, message = _classify(failure, seconds)
    return Answer({"error": {"kind": kind, "message": message}}, request, kind, message)


def last_result(reply: Reply, leading: int, trailing: int) -> Result:
    """Pick the result of the last of the user's own statements."""
    own = reply.results[leading : len(reply.results) - trailing]
    return own[-1] if own else Result()


def _classify(failure: Exception, seconds: float) -> tuple[str, str]:
    match failure:
        case TimeoutError():
            return "timeout", f"no answer within {round(seconds, 2):g} s"
        case GarbledError():
            return "protocol", f"this is not PostgreSQL's protocol: {failure}"
        case EOFError():
            return "closed", "the server closed the connection"
        case ConnectionResetError() | BrokenPipeError():
            return "reset", str(failure) or "the connection was reset"
    return "refused", str(failure) or "the connection was refused"


def _hint_on_place(refusal: Refusal) -> str:
    if refusal.code == "42601" and '"$' in refusal.message:
        return "a {{ }} value is bound as data; it cannot name a table, a column or a keyword"
    return ""


def _summarize(tag: str, names: list[str], rows: list[dict[str, Data]]) -> str:
    if not names:
        return tag
    counted = f"{len(rows)} row{'' if len(rows) == 1 else 's'}"
    if not rows:
        return counted
    first = ", ".join(f"{name}: {write(value) if value is not None else 'null'}" for name, value in rows[0].items())
    return _cut(f"{counted}  {{{first}}}", SUMMARY_AT_MOST)


def _quote(value: Data) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return write(value)
    return "'" + write(value).replace("'", "''") + "'"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
