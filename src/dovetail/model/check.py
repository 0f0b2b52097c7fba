"""A check as read from a user's file: steps with expectations, faults, and what keeps it apart from others."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct, field

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


class FaultOrder(Struct, frozen=True):
    """Break an edge in one way; `settings` are the fault's words, already in seconds and bytes."""

    edge: str
    kind: str
    settings: Mapping[str, Data] = field(default_factory=dict)
    place: Place = NOWHERE


class Step(Struct, frozen=True):
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


class Together(Struct, frozen=True):
    """Steps that start at the same moment."""

    steps: tuple[Step, ...]
    place: Place = NOWHERE


class Fragment(Struct, frozen=True):
    """Reused steps with their own variables: `inputs` go in, `outputs` (outer name → inner name) come out."""

    name: str
    actions: tuple["Action", ...]
    inputs: Mapping[str, Data] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    place: Place = NOWHERE


Action: TypeAlias = "Step | Together | Fragment"


class Check(Struct, frozen=True):
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


class Suite(Struct, frozen=True):
    """All checks that were read, in a large suite on a shelf, and the files they came from."""

    checks: Sequence[Check]
    files: tuple[str, ...] = ()
    python_files: tuple[str, ...] = ()


def all_steps(check: Check) -> list[Step]:
    """Return every step of a check, those of its cleanup at last."""
    return steps_of((*check.actions, *check.cleanup))


def steps_of(actions: Sequence[Action]) -> list[Step]:
    """Return every step, also those together and those of fragments, in the order written."""
    steps: list[Step] = []
    for action in actions:
        match action:
            case Step():
                steps.append(action)
            case Together():
                steps += action.steps
            case Fragment():
                steps += steps_of(action.actions)
    return steps


def names_saved(actions: Sequence[Action]) -> frozenset[str]:
    """Return the names that actions give values to where they stand; what a fragment keeps to itself is none."""
    given = {name for action in actions if isinstance(action, Fragment) for name in action.outputs}
    plain = (action for action in actions if not isinstance(action, Fragment))
    return frozenset(given.union(name for step in steps_of(tuple(plain)) for name in step.save))


def fragments_of(actions: Sequence[Action]) -> list[Fragment]:
    """Return every fragment, also those inside of others."""
    fragments: list[Fragment] = []
    for action in actions:
        if isinstance(action, Fragment):
            fragments += [action, *fragments_of(action.actions)]
    return fragments
