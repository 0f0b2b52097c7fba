"""YAML checks as pytest items: `-k`, `--lf`, `-n 4` and reports work on them as on any test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dovetail.app.python.player import Player
from dovetail.errors import DovetailError, SuiteError
from dovetail.model.check import Check
from dovetail.model.outcome import Verdict


class CheckFailedError(Exception):
    """A check that did not pass, in Dovetail's own words."""


class CheckFile(pytest.File):
    """One file of checks; `player` is set by whoever makes it."""

    player: Player

    def collect(self) -> Iterator["CheckItem"]:
        try:
            checks = self.player.read_checks(self.path)
        except SuiteError as mistake:
            raise self.CollectError(str(mistake)) from None
        for check in checks:
            item = CheckItem.from_parent(self, name=check.name)
            item.take(check, self.player)
            yield item


class CheckItem(pytest.Item):
    def take(self, check: Check, player: Player) -> None:
        """Become the item of `check`."""
        self._player = player
        self._check = check
        self.add_marker(pytest.mark.scope(check.scope))
        self.extra_keyword_matches.update((check.scope, check.id, *check.tags))

    def runtest(self) -> None:
        try:
            ending = self._player.play(self._check.id)
        except DovetailError as failure:
            raise CheckFailedError(str(failure)) from None
        if ending.verdict is Verdict.SKIPPED:
            pytest.skip(ending.told.splitlines()[-1])
        self.user_properties.append(("verdict", ending.verdict.value))
        if ending.verdict is not Verdict.PASSED:
            raise CheckFailedError(ending.told)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: str | None = None) -> str:  # noqa: ARG002 - pytest's signature
        if isinstance(excinfo.value, CheckFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, max(0, self._check.place.line - 1), self._check.name
