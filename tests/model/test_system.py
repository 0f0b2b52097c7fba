import pytest

from dovetail.model.system import Service


@pytest.mark.parametrize(
    ("service", "kind"),
    [
        (Service("a", run="x"), "code"),
        (Service("a", run="x", is_job=True), "job"),
        (Service("a", "postgres"), "server"),
        (Service("a", external="https://a"), "external"),
    ],
)
def test_services_are_code_jobs_servers_or_external(service: Service, kind: str) -> None:
    assert service.kind == kind
