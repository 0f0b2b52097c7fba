"""What lies in the cellar comes back as it was, and nothing of it stays behind."""

import gc
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dovetail.model.cellar import Cellar
from dovetail.model.data import Row, Table

ROOM = 20_000


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond `size`."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def filled(*values: object) -> Cellar[object]:
    cellar = Cellar[object]()
    for value in values:
        cellar.append(value)
    return cellar


def open_files() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def test_a_value_read_from_a_file_keeps_its_places() -> None:
    table, row = Table("orders.yaml"), Row("orders.yaml")
    table["total"], table.marks["total"] = 19.98, (3, 5, 3, 12)
    row.append(table)
    row.marks.append((3, 3))
    cellar = filled(row)
    taken = cellar.take(0)
    assert isinstance(taken, Row)
    assert taken == row
    assert taken.place_of_item(0) == row.place_of_item(0)
    assert isinstance(taken[0], Table)
    assert taken[0].place_of_value("total") == table.place_of_value("total")


def test_what_is_put_in_its_place_is_what_is_taken_whatever_its_size() -> None:
    cellar = filled("a", "b", "c")
    for value in ("x" * 10_000, "y", "z" * 20_000):
        cellar.put(1, value)
        assert [cellar.take(number) for number in range(len(cellar))] == ["a", value, "c"]


def test_its_file_has_no_name_and_goes_with_it(temporary: Path) -> None:
    before = open_files()
    cellar = filled("a" * 1_000)
    assert len(open_files() - before) == 1
    assert list(temporary.iterdir()) == []
    del cellar
    gc.collect()
    assert open_files() <= before


def test_where_no_file_can_be_made_it_costs_memory_alone(temporary: Path) -> None:
    temporary.rmdir()
    cellar = filled("a", "b")
    cellar.put(0, "c")
    assert [cellar.take(0), cellar.take(1)] == ["c", "b"]


def test_on_a_full_disk_it_costs_memory_alone() -> None:
    texts = [str(number) * 1_500 for number in range(10, 40)]
    with little_room(ROOM):
        cellar = filled(*texts)
        cellar.put(0, "small")
        assert [cellar.take(number) for number in range(len(cellar))] == ["small", *texts[1:]]
    cellar.put(29, "there is room again")
    assert cellar.take(29) == "there is room again"


def test_what_lies_in_it_takes_no_memory(peak_of: Callable[[Callable[[], object]], int]) -> None:
    cellar, text = Cellar[object](), "x" * 20_000

    def fill() -> None:
        for number in range(100):
            cellar.append(f"{number}{text}")

    assert peak_of(fill) < 20 * len(text)
    assert cellar.take(99) == f"99{text}"
