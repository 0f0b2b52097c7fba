"""Why no answer came, in the six kinds that every driver knows, and the protocol's error codes by name."""

from collections.abc import Iterator
from contextlib import contextmanager

from dovetail.tech.kafka.frame import FrameError

_NAMES = {
    -1: "UNKNOWN_SERVER_ERROR",
    1: "OFFSET_OUT_OF_RANGE",
    2: "CORRUPT_MESSAGE",
    3: "UNKNOWN_TOPIC_OR_PARTITION",
    5: "LEADER_NOT_AVAILABLE",
    6: "NOT_LEADER_OR_FOLLOWER",
    7: "REQUEST_TIMED_OUT",
    8: "BROKER_NOT_AVAILABLE",
    9: "REPLICA_NOT_AVAILABLE",
    10: "MESSAGE_TOO_LARGE",
    13: "NETWORK_EXCEPTION",
    14: "COORDINATOR_LOAD_IN_PROGRESS",
    15: "COORDINATOR_NOT_AVAILABLE",
    16: "NOT_COORDINATOR",
    17: "INVALID_TOPIC_EXCEPTION",
    18: "RECORD_LIST_TOO_LARGE",
    19: "NOT_ENOUGH_REPLICAS",
    20: "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    22: "ILLEGAL_GENERATION",
    23: "INCONSISTENT_GROUP_PROTOCOL",
    24: "INVALID_GROUP_ID",
    25: "UNKNOWN_MEMBER_ID",
    26: "INVALID_SESSION_TIMEOUT",
    27: "REBALANCE_IN_PROGRESS",
    29: "TOPIC_AUTHORIZATION_FAILED",
    30: "GROUP_AUTHORIZATION_FAILED",
    31: "CLUSTER_AUTHORIZATION_FAILED",
    33: "UNSUPPORTED_SASL_MECHANISM",
    34: "ILLEGAL_SASL_STATE",
    35: "UNSUPPORTED_VERSION",
    36: "TOPIC_ALREADY_EXISTS",
    37: "INVALID_PARTITIONS",
    38: "INVALID_REPLICATION_FACTOR",
    41: "NOT_CONTROLLER",
    42: "INVALID_REQUEST",
    44: "POLICY_VIOLATION",
    45: "OUT_OF_ORDER_SEQUENCE_NUMBER",
    46: "DUPLICATE_SEQUENCE_NUMBER",
    47: "INVALID_PRODUCER_EPOCH",
    48: "INVALID_TXN_STATE",
    49: "INVALID_PRODUCER_ID_MAPPING",
    50: "INVALID_TRANSACTION_TIMEOUT",
    51: "CONCURRENT_TRANSACTIONS",
    52: "TRANSACTION_COORDINATOR_FENCED",
    53: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
    58: "SASL_AUTHENTICATION_FAILED",
    59: "UNKNOWN_PRODUCER_ID",
    69: "GROUP_ID_NOT_FOUND",
    70: "FETCH_SESSION_ID_NOT_FOUND",
    71: "INVALID_FETCH_SESSION_EPOCH",
    72: "LISTENER_NOT_FOUND",
    74: "FENCED_LEADER_EPOCH",
    75: "UNKNOWN_LEADER_EPOCH",
    76: "UNSUPPORTED_COMPRESSION_TYPE",
    79: "MEMBER_ID_REQUIRED",
    82: "FENCED_INSTANCE_ID",
    87: "INVALID_RECORD",
    89: "THROTTLING_QUOTA_EXCEEDED",
    90: "PRODUCER_FENCED",
    100: "UNKNOWN_TOPIC_ID",
}
TOPIC_IS_UNKNOWN, LEADER_IS_UNKNOWN = 3, 5
REBALANCE_GOES_ON, MEMBER_ID_IS_REQUIRED = 27, 79
TOPIC_EXISTS = 36
PASSING = frozenset({3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 41, 72, 74, 75, 100})


LOST = frozenset({"refused", "reset", "closed"})


class RefusalError(Exception):
    """No answer, or one that says no; `kind` is refused timeout reset closed protocol or server."""

    def __init__(self, kind: str, message: str, code: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.code = code


def name_code(code: int) -> str:
    return _NAMES.get(code, f"error {code}")


def refuse(code: int, about: str) -> None:
    """Raise if the broker's error `code` is one."""
    if code:
        raise RefusalError("server", f"{about}: the broker answers {name_code(code)}", name_code(code))


@contextmanager
def told_as_refusals(peer: str) -> Iterator[None]:
    """Turn what can go wrong while talking to `peer` into RefusalErrors; a timeout passes through."""
    try:
        yield
    except (TimeoutError, RefusalError):
        raise
    except ConnectionRefusedError as error:
        raise RefusalError("refused", f"{peer} refused the connection") from error
    except EOFError as error:
        raise RefusalError("closed", f"{peer} closed the connection without an answer") from error
    except (ConnectionResetError, BrokenPipeError, ConnectionAbortedError) as error:
        raise RefusalError("reset", f"{peer} reset the connection") from error
    except OSError as error:
        raise RefusalError("refused", f"{peer} cannot be reached: {error.strerror or error}") from error
    except FrameError as error:
        raise RefusalError("protocol", f"{peer} does not speak Kafka's protocol: {error}") from error
