"""What went wrong behind a group of mistakes; called wherever tasks were awaited together."""

from dovetail.errors.tree import DovetailError


def first_cause(several: BaseException) -> BaseException:
    """Return the first mistake that is no group itself, one of our tree before any other."""
    plain: list[BaseException] = []
    waiting = [several]
    while waiting:
        mistake = waiting.pop(0)
        if isinstance(mistake, BaseExceptionGroup):
            waiting.extend(mistake.exceptions)
        else:
            plain.append(mistake)
    return next((mistake for mistake in plain if isinstance(mistake, DovetailError)), plain[0])
