"""What an error line or a status means and what to do about it: one table. Called by `cause`."""

import re

from msgspec import Struct


class Symptom(Struct, frozen=True):
    """`words` and `now` are sentences for people; `{service}`, `{got}` and `{expected}` are filled in by the caller."""

    kind: str
    words: str
    now: str


_ERRORS = (
    (
        r"refused|econnrefused|connect call failed",
        Symptom("refused", "the connection was refused, nothing listens there", "dovetail ps"),
    ),
    (
        r"name or service not known|getaddrinfo|nodename|no such host|unknown (address|host|service)|not resolve",
        Symptom("unknown-address", "the address is not known", "dovetail config"),
    ),
    (
        r"certificate|tls|ssl",
        Symptom("tls", "the TLS handshake failed", "dovetail config"),
    ),
    (
        r"time[sd]?[ -]?out|no (answer|further message) (.* )?within|deadline",
        Symptom("timeout", "no answer came in time", "dovetail ps"),
    ),
    (
        r"reset|closed|broken pipe|eof|disconnect|cut",
        Symptom("closed", "the connection was closed before the answer", "dovetail ps"),
    ),
    (
        r"password|authenti|unauthori|permission denied|access denied|forbidden",
        Symptom("unauthorized", "the login was refused", "dovetail config"),
    ),
    (
        r"too many (connections|clients)|pool|exhausted",
        Symptom("exhausted", "it has no connection left to give", "dovetail ps"),
    ),
)
_ERROR = Symptom("error", "", "dovetail ps")

_STATUSES = {
    "401": Symptom("unauthorized", "did not accept the login (401)", "check the token or identity that the step sends"),
    "403": Symptom("forbidden", "forbids it for this login (403)", "check the rights of the identity in the step"),
    "404": Symptom("not-found", "does not know it (404, expected {expected})", "dovetail map"),
    "422": Symptom("rejected", "rejects the request (422)", "compare the request with the contract of {service}"),
    "400": Symptom("rejected", "rejects the request (400)", "compare the request with the contract of {service}"),
    "429": Symptom("rate-limited", "limits the rate (429)", "run with fewer agents: dovetail run --parallel 1"),
    "500": Symptom("server-error", "failed inside (500, expected {expected})", "dovetail ps"),
    "502": Symptom("server-error", "could not reach what it needs (502, expected {expected})", "dovetail ps"),
    "503": Symptom("server-error", "says it is unavailable (503, expected {expected})", "dovetail ps"),
    "504": Symptom("server-error", "waited too long for what it needs (504, expected {expected})", "dovetail ps"),
}
_STATUS = Symptom("wrong-status", "answered {got}, expected {expected}", "dovetail run --failed")


def name_symptom(error: str) -> Symptom:
    lowered = error.lower()
    return next((symptom for pattern, symptom in _ERRORS if re.search(pattern, lowered)), _ERROR)


def name_status(status: str) -> Symptom:
    return _STATUSES.get(status, _STATUS)
