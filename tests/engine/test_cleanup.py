"""One thing given back, whatever becomes of it."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from dovetail.engine.cleanup import give_back
from dovetail.engine.play import Play
from dovetail.errors import DovetailError, Problem, StageError, StageLostError, SuiteError
from dovetail.model.system import System


def play() -> Play:
    nothing: Any = None
    return Play(System("s", "s"), nothing, nothing, print, time.time, "5eed")


def given_back(work: Coroutine[None, None, str | None], seconds: float = 5) -> str:
    return asyncio.run(give_back(play(), seconds, work))


async def said(what: str | None) -> str | None:
    return what


async def refused(failure: DovetailError) -> None:
    raise failure


async def hung() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("work", "trouble"),
    [
        (said(None), ""),
        (said("a session broke"), "a session broke"),
        (refused(StageError(Problem("it cannot be lifted"))), "it cannot be lifted"),
        (refused(SuiteError(Problem("there is no such edge"))), "there is no such edge"),
        (refused(StageLostError()), ""),
    ],
)
def test_what_went_wrong_is_told_and_a_lost_stage_holds_nothing(
    work: Coroutine[None, None, str | None], trouble: str
) -> None:
    assert given_back(work) == trouble


def test_what_never_ends_is_given_up() -> None:
    assert given_back(hung(), 0.05) == "cleanup did not end within 0.05 s"


def test_what_breaks_in_us_is_told_and_kept_for_the_run() -> None:
    async def broken() -> str:
        raise KeyError("lease")

    broke = play()
    assert asyncio.run(give_back(broke, 5, broken())) == "Dovetail itself broke: KeyError: 'lease'"
    assert "in broken\n" in broke.broken[0]
