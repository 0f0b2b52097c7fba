import pytest
from confluent_kafka import KafkaError

from dovetail.tech.kafka.frame import FrameError
from dovetail.tech.kafka.refusal import RefusalError, name_code, refuse, told_as_refusals


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionRefusedError(), "refused"),
        (EOFError(), "closed"),
        (ConnectionResetError(), "reset"),
        (BrokenPipeError(), "reset"),
        (OSError(113, "No route to host"), "refused"),
        (FrameError("nonsense"), "protocol"),
    ],
)
def test_what_goes_wrong_is_told_in_one_of_the_kinds(error: Exception, kind: str) -> None:
    with pytest.raises(RefusalError) as refusal, told_as_refusals("broker:9092"):
        raise error
    assert refusal.value.kind == kind
    assert "broker:9092" in refusal.value.message


def test_a_timeout_stays_a_timeout() -> None:
    with pytest.raises(TimeoutError), told_as_refusals("broker:9092"):
        raise TimeoutError


def test_a_brokers_no_is_named() -> None:
    refuse(0, "topic a")
    with pytest.raises(RefusalError, match="topic a: the broker answers MESSAGE_TOO_LARGE"):
        refuse(10, "topic a")
    assert name_code(4711) == "error 4711"


@pytest.mark.parametrize("code", [22, 23, 25, 26, 27, 45, 46, 47, 48, 49, 50, 51, 52, 53, 59, 70, 71, 79, 82, 90])
def test_what_groups_and_transactions_are_told_has_the_name_that_clients_give_it(code: int) -> None:
    assert name_code(code) == KafkaError(code).name()
