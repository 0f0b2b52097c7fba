"""How one thing that a check holds is given back: in bounded time, and so that all else still can be.

Called by attempts and by Python checks, once for each thing.
"""

from collections.abc import Coroutine

from dovetail.engine.play import Play
from dovetail.errors import StageError, StageLostError, SuiteError

GRACE = 1.0


async def give_back(play: Play, seconds: float, work: Coroutine[None, None, str | None]) -> str:
    """Await `work` for `seconds` and a grace; returns what went wrong, which on a lost stage is nothing."""
    try:
        with play.limits.begin(seconds + GRACE):
            return await work or ""
    except TimeoutError:
        return f"cleanup did not end within {seconds:g} s"
    except StageLostError:
        return ""
    except (StageError, SuiteError) as failure:
        return str(failure)
    except Exception as mistake:  # noqa: BLE001 - whatever breaks in us, all else is given back
        return play.own_up(mistake)
