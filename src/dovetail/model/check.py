"""A check as read from a user's file: steps with expectations, faults, and what keeps it apart from others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from dovetail.model.data import NOWHERE, Data, Place


class Isolation(StrEnum):
    """How a check is kept from seeing others; AUTO lets the engine pick the cheapest that is safe."""

    AUTO = "auto"
    SHARED = "shared"
    ROLLBACK = "rollback"
    CLONE = "clone"
    UNIQUE = "unique"
    RESET = "reset"
    SLICE = "slice"


@dataclass(frozen=True, slots=True)
class FaultOrder:
    """Break an edge in one way; `settings` are the fault's words, already in seconds and bytes."""

    edge: str
    kind: str
    settings: Mapping[str, Data] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Step:
    """One act on one service and what is expected of the answer.

    `subject` is what stands behind the verb, `fields` the verb's other keys; `within` (seconds) repeats the act until
    the expectations hold. `expect` keeps its positions: see `locate`.
    """

    verb: str
    on: str
    subject: Data = None
    fields: Mapping[str, Data] = field(default_factory=dict)
    expect: Mapping[str, Data] = field(default_factory=dict)
    save: Mapping[str, str] = field(default_factory=dict)
    within: float | None = None
    name: str = ""
    condition: str = ""
    faults: tuple[FaultOrder, ...] = ()
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Together:
    """Steps that start at the same moment."""

    steps: tuple[Step, ...]
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Fragment:
    """Reused steps with their own variables: `inputs` go in, `outputs` (outer name → inner name) come out."""

    name: str
    actions: tuple["Action", ...]
    inputs: Mapping[str, Data] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


Action: TypeAlias = "Step | Together | Fragment"


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the system. `id` is stable between runs: file stem, slug of the name, row or repetition."""

    id: str
    name: str
    scope: str
    actions: tuple[Action, ...]
    cleanup: tuple[Action, ...] = ()
    faults: tuple[FaultOrder, ...] = ()
    tags: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    isolation: Isolation = Isolation.AUTO
    retry: int | None = None
    timeout: float | None = None
    skip: str = ""
    condition: str = ""
    inputs: Mapping[str, Data] = field(default_factory=dict)
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True)
class Suite:
    """All checks that were read, and the files they came from."""

    checks: tuple[Check, ...]
    files: tuple[str, ...] = ()
    python_files: tuple[str, ...] = ()
