"""The shape of Allure 2's result files, as types. Filled by `allure`; a field that says nothing is left out."""

from typing import Literal

from msgspec import Struct

Status = Literal["passed", "failed", "broken", "skipped"]


class Shape(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What all parts of a result have in common."""


class Pair(Shape, frozen=True, kw_only=True):
    """A label or a parameter."""

    name: str
    value: str


class StatusDetails(Shape, frozen=True, kw_only=True):
    message: str = ""
    trace: str = ""
    flaky: bool = False


class Attachment(Shape, frozen=True, kw_only=True):
    """`source` is the name of a file beside the result."""

    name: str
    source: str
    type: str


class Step(Shape, frozen=True, kw_only=True):
    name: str
    status: Status
    stage: str
    start: int
    stop: int
    status_details: StatusDetails | None = None
    parameters: tuple[Pair, ...] = ()


class Result(Shape, frozen=True, kw_only=True):
    """One attempt of one check; results with one `history_id` are attempts of the same check."""

    uuid: str
    history_id: str
    test_case_id: str
    full_name: str
    name: str
    status: Status
    stage: str
    start: int
    stop: int
    status_details: StatusDetails | None = None
    labels: tuple[Pair, ...] = ()
    parameters: tuple[Pair, ...] = ()
    steps: tuple[Step, ...] = ()
    attachments: tuple[Attachment, ...] = ()


class Category(Shape, frozen=True, kw_only=True):
    """A group of results: those whose status and trace match."""

    name: str
    matched_statuses: tuple[Status, ...]
    trace_regex: str = ""
    flaky: bool = False
