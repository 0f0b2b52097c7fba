"""Error lines and statuses are named."""

import pytest

from dovetail.report.symptom import name_status, name_symptom


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("[Errno 111] Connect call failed ('127.0.0.1', 4003)", "refused"),
        ("connection refused", "refused"),
        ("getaddrinfo failed for orderz", "unknown-address"),
        ("no answer within 2 s", "timeout"),
        ("no answer came within 2 s", "timeout"),
        ("events gave no answer about orders.created within 2 s", "timeout"),
        ("no further message within 2 s: read orders[0] up to offset 2, 2 messages seen, end offset 2", "timeout"),
        ("TimeoutError: timed out", "timeout"),
        ("connection reset by peer", "closed"),
        ("password authentication failed for user x", "unauthorized"),
        ("certificate verify failed", "tls"),
        ("sorry, too many clients already", "exhausted"),
        ("something odd", "error"),
    ],
)
def test_an_error_line_is_named(error: str, kind: str) -> None:
    assert name_symptom(error).kind == kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401", "unauthorized"),
        ("403", "forbidden"),
        ("404", "not-found"),
        ("500", "server-error"),
        ("418", "wrong-status"),
    ],
)
def test_a_status_is_named(status: str, kind: str) -> None:
    assert name_status(status).kind == kind
