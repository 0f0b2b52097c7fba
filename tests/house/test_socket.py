"""Every part that a sheet promises is there and fills its socket; every verb is told with an example."""

import inspect
import re
from collections.abc import Iterator

import pytest

from dovetail.app.parts import TECHNOLOGIES, build_registry
from dovetail.plugin.driver import Driver
from dovetail.plugin.launcher import Launcher
from dovetail.plugin.preparer import Preparer
from dovetail.plugin.prober import Prober
from dovetail.plugin.sandbox import Sandbox

SOCKETS: dict[str, type] = {
    "launcher": Launcher,
    "prober": Prober,
    "preparer": Preparer,
    "driver": Driver,
    "sandbox": Sandbox,
}


def promises() -> Iterator[tuple[str, str]]:
    for sheet in build_registry().sheets:
        for part in sorted(sheet.parts):
            yield sheet.name, part


@pytest.mark.parametrize(("technology", "part"), list(promises()))
def test_a_promised_part_fills_its_socket(technology: str, part: str) -> None:
    filled = getattr(build_registry(), part)(technology)
    assert filled is not None
    if part in SOCKETS:
        wanted = [name for name, _ in inspect.getmembers(SOCKETS[part], inspect.isfunction) if not name.startswith("_")]
        assert not [name for name in wanted if not callable(getattr(filled, name, None))]


def test_every_listed_technology_has_a_name_of_its_own() -> None:
    names = [sheet.name for sheet in build_registry().sheets]
    assert len(set(names)) == len(TECHNOLOGIES)


def test_every_verb_is_told_with_a_sentence_and_an_example() -> None:
    mute = [
        verb.name
        for sheet in build_registry().sheets
        for verb in sheet.verbs
        if not verb.doc or not verb.example or not re.fullmatch(r"[a-z]+(\.[a-z_]+)+", verb.name)
    ]
    assert not mute
