"""The error tree, handed on."""

from dovetail.errors.tree import (
    BrokenDovetailError,
    DovetailError,
    MissingPartError,
    NothingSelectedError,
    NotReadyError,
    Problem,
    StageError,
    StageLostError,
    SuiteError,
    UnreadError,
    UsageError,
)

__all__ = [
    "BrokenDovetailError",
    "DovetailError",
    "MissingPartError",
    "NotReadyError",
    "NothingSelectedError",
    "Problem",
    "StageError",
    "StageLostError",
    "SuiteError",
    "UnreadError",
    "UsageError",
]
