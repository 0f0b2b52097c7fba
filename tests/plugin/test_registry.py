import sys
from pathlib import Path

import pytest

from dovetail.errors import BrokenDovetailError, MissingPartError
from dovetail.plugin.registry import Registry

SHEET = """
from dovetail.model.vocabulary import FaultWord, Verb, Word
from dovetail.plugin.sheet import Sheet
SHEET = Sheet(
    name="pigeon",
    verbs=(Verb("pigeon.send", Word("to", "string", "whom"), "Send one."),),
    faults=(FaultWord("hawk", "No pigeon arrives."),),
    parts=frozenset({"launcher", "driver"}),
    extra="birds",
)
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    name = f"loft_{abs(hash(request.node.nodeid))}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "sheet.py").write_text(SHEET)
    (folder / "driver.py").write_text("import feathers_that_nobody_installed\n")
    (folder / "launcher.py").write_text("def launcher():\n    return 'coop'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


def test_a_sheet_is_known_before_any_part_is_loaded(package: str) -> None:
    registry = Registry([package])
    assert registry.sheet("pigeon").extra == "birds"
    assert f"{package}.driver" not in sys.modules


def test_the_vocabulary_holds_the_words_of_every_sheet(package: str) -> None:
    words = Registry([package]).vocabulary
    assert [verb.name for technology in words.technologies for verb in technology.verbs] == ["pigeon.send"]
    assert [fault.name for fault in words.faults] == ["hawk"]


def test_a_part_is_made_once(package: str) -> None:
    registry = Registry([package])
    assert registry.launcher("pigeon") is registry.launcher("pigeon")


def test_a_socket_that_a_technology_does_not_fill_is_none(package: str) -> None:
    assert Registry([package]).prober("pigeon") is None


def test_a_missing_library_names_the_extra_to_install(package: str) -> None:
    with pytest.raises(MissingPartError) as told:
        Registry([package]).driver("pigeon")
    assert "feathers_that_nobody_installed" in str(told.value)
    assert "dovetail[birds]" in str(told.value)


def test_a_verb_without_a_driver_is_our_mistake(package: str, tmp_path: Path) -> None:
    (tmp_path / package / "sheet.py").write_text(SHEET.replace('"launcher", "driver"', '"launcher"'))
    with pytest.raises(BrokenDovetailError):
        Registry([package]).driver("pigeon")
