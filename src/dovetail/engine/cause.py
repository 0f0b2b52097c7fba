"""What went wrong behind a group of mistakes; called wherever tasks were awaited together."""


def first_cause(several: BaseException) -> BaseException:
    """Return the first mistake that is no group itself."""
    while isinstance(several, BaseExceptionGroup):
        several = several.exceptions[0]
    return several
