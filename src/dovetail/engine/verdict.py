"""The verdict of a whole run, its exit code and all its causes, the gravest first. Called by the app's session.

| cause | exit code | verdict |
|---|---|---|
| Dovetail itself broke | 3 | inconclusive |
| interrupted | 2 | inconclusive |
| the environment never became ready | 6 | inconclusive |
| a check failed, or its cleanup did | 1 | failed |
| teardown left something behind | 6 | failed |
| a check was inconclusive, or every check was skipped | 9 | inconclusive |
| no check ran, or none had a scope that was named | 5 | inconclusive |
| a check was flaky, and `--allow-flaky` was not given | 9 | flaky |
| none of these | 0 | passed, or flaky where that is allowed |
"""

from collections import Counter

from msgspec import Struct, field

from dovetail.model.event import CheckEnded
from dovetail.model.outcome import ExitCode, Verdict


class Tally(Struct):
    """Counts checks by verdict and keeps the ids of those that a next run may want again."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    unhappy: list[str] = field(default_factory=list)

    def count(self, ended: CheckEnded) -> None:
        self.verdicts[ended.verdict] += 1
        if ended.verdict in (Verdict.FAILED, Verdict.FLAKY, Verdict.INCONCLUSIVE):
            self.unhappy.append(ended.check)

    @property
    def total(self) -> int:
        return self.verdicts.total()


class Circumstances(Struct, frozen=True):
    """What happened to the run besides its checks; `vain` says of each scope named in vain that no check has it."""

    broken: tuple[str, ...] = ()
    interrupted: str = ""
    not_ready: str = ""
    remains: tuple[str, ...] = ()
    is_flaky_allowed: bool = False
    vain: tuple[str, ...] = ()


class Conclusion(Struct, frozen=True):
    verdict: Verdict
    exit_code: ExitCode
    causes: tuple[str, ...] = ()


def conclude(tally: Tally, circumstances: Circumstances) -> Conclusion:
    """Weigh everything; the first cause decides, the others are told."""
    causes = [*_of_circumstances(circumstances), *_of_checks(tally, circumstances)]
    causes.sort(key=lambda cause: GRAVITY.index((cause[0], cause[1])))
    if not causes:
        return Conclusion(Verdict.FLAKY if tally.verdicts[Verdict.FLAKY] else Verdict.PASSED, ExitCode.PASSED)
    code, verdict, _ = causes[0]
    return Conclusion(verdict, code, tuple(text for _, _, text in causes))


Cause = tuple[ExitCode, Verdict, str]
GRAVITY: tuple[tuple[ExitCode, Verdict], ...] = (
    (ExitCode.BROKEN_DOVETAIL, Verdict.INCONCLUSIVE),
    (ExitCode.INTERRUPTED, Verdict.INCONCLUSIVE),
    (ExitCode.NOT_READY, Verdict.INCONCLUSIVE),
    (ExitCode.FAILED, Verdict.FAILED),
    (ExitCode.NOT_READY, Verdict.FAILED),
    (ExitCode.INCONCLUSIVE, Verdict.INCONCLUSIVE),
    (ExitCode.NOTHING_SELECTED, Verdict.INCONCLUSIVE),
    (ExitCode.INCONCLUSIVE, Verdict.FLAKY),
)


def _of_circumstances(circumstances: Circumstances) -> list[Cause]:
    causes: list[Cause] = [
        (ExitCode.BROKEN_DOVETAIL, Verdict.INCONCLUSIVE, f"Dovetail itself broke: {text.strip().splitlines()[-1]}")
        for text in circumstances.broken
    ]
    if circumstances.interrupted:
        causes.append((ExitCode.INTERRUPTED, Verdict.INCONCLUSIVE, circumstances.interrupted))
    if circumstances.not_ready:
        causes.append((ExitCode.NOT_READY, Verdict.INCONCLUSIVE, circumstances.not_ready))
    if circumstances.remains:
        left = ", ".join(circumstances.remains)
        causes.append((ExitCode.NOT_READY, Verdict.FAILED, f"teardown left something behind: {left}"))
    return causes


def _of_checks(tally: Tally, circumstances: Circumstances) -> list[Cause]:
    verdicts = tally.verdicts
    causes: list[Cause] = []
    if not (circumstances.not_ready or circumstances.interrupted or circumstances.broken):
        nothing = circumstances.vain if tally.total else ("no check ran",)
        causes += [(ExitCode.NOTHING_SELECTED, Verdict.INCONCLUSIVE, text) for text in nothing]
    if not tally.total:
        return causes
    if verdicts[Verdict.FAILED]:
        causes.append((ExitCode.FAILED, Verdict.FAILED, f"{count(verdicts[Verdict.FAILED], 'check')} failed"))
    if verdicts[Verdict.INCONCLUSIVE]:
        text = f"{count(verdicts[Verdict.INCONCLUSIVE], 'check')} inconclusive"
        causes.append((ExitCode.INCONCLUSIVE, Verdict.INCONCLUSIVE, text))
    if verdicts[Verdict.SKIPPED] == tally.total:
        causes.append((ExitCode.INCONCLUSIVE, Verdict.INCONCLUSIVE, "every check was skipped"))
    if verdicts[Verdict.FLAKY] and not circumstances.is_flaky_allowed:
        text = f"{count(verdicts[Verdict.FLAKY], 'check')} flaky (passed only when tried again)"
        causes.append((ExitCode.INCONCLUSIVE, Verdict.FLAKY, text))
    return causes


def count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
