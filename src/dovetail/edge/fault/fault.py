"""What a byte fault is: a stage for each connection it strikes. Made by the files of this folder, read by the proxy."""

from collections.abc import Callable

from msgspec import Struct

from dovetail.edge.flow import Direction, Flow, Stage

REQUESTS = (Direction.REQUEST,)
ANSWERS = (Direction.ANSWER,)
BOTH = (Direction.REQUEST, Direction.ANSWER)


class Fault(Struct, frozen=True):
    """`probability` is drawn once for each connection; a fault that shuts the door keeps new ones out."""

    stage: Callable[[Flow], Stage]
    directions: tuple[Direction, ...]
    probability: float = 1.0
    shuts_door: bool = False
