"""What a client may ask of a stage process: the method's arguments and its result, as they travel.

Called by the server to read a question and by `remote` to read the answer.
"""

from collections.abc import Mapping

from msgspec import Struct

from dovetail.environment.order import StageInfo, StageOrder, revive_as
from dovetail.environment.stage import LockWish, LogLine, ServiceState
from dovetail.errors import BrokenDovetailError
from dovetail.model.address import Address
from dovetail.model.check import FaultOrder
from dovetail.model.exchange import Exchange


class Signature(Struct, frozen=True):
    arguments: tuple[object, ...]
    result: object = None


ON_THE_STAGE: Mapping[str, Signature] = {
    "address": Signature((str, str), Address),
    "lock": Signature((str, LockWish)),
    "grow": Signature((str, LockWish), bool),
    "unlock": Signature((str, frozenset[str])),
    "inject": Signature((FaultOrder, float | None, str), str),
    "lift": Signature((str,)),
    "steer": Signature((str, str)),
    "calls": Signature((str, float), tuple[Exchange, ...]),
    "logs": Signature((str, float), tuple[LogLine, ...]),
    "states": Signature((), tuple[ServiceState, ...]),
    "clone": Signature((str, str), Address),
    "drop": Signature((str, str)),
    "reset": Signature((frozenset[str],)),
    "open_slice": Signature((str, frozenset[str])),
    "close_slice": Signature((str,)),
}
OF_THE_SERVER: Mapping[str, Signature] = {
    "join": Signature((bool,), StageInfo),
    "settle": Signature(()),
    "adopt": Signature((StageOrder,), tuple[str, ...]),
    "leave": Signature((), tuple[str, ...]),
    "down": Signature((), tuple[str, ...]),
}
SIGNATURES: Mapping[str, Signature] = {**ON_THE_STAGE, **OF_THE_SERVER}


def read_arguments(method: str, raw: object) -> tuple[object, ...]:
    signature = SIGNATURES.get(method)
    if signature is None or not isinstance(raw, list) or len(raw) != len(signature.arguments):
        raise BrokenDovetailError(f"a client asked the stage for {method}, which it does not offer in this version")
    return tuple(revive_as(kind, item) for kind, item in zip(signature.arguments, raw, strict=True))


def read_result(method: str, raw: object) -> object:
    kind = SIGNATURES[method].result
    return raw if kind is None else revive_as(kind, raw)
