"""A shelf reads like a tuple however much it holds, and holds little of it in memory."""

import tracemalloc

import pytest

from dovetail.model.shelf import NEAR, Shelf

COUNTS = (0, 1, NEAR - 1, NEAR, NEAR + 1, NEAR + 30)


@pytest.mark.parametrize("count", COUNTS)
def test_it_reads_like_a_tuple(count: int) -> None:
    values = tuple(f"value {number}" for number in range(count))
    shelf = Shelf(values)
    assert tuple(shelf) == values
    assert len(shelf) == count
    assert [shelf[number] for number in range(count)] == list(values)
    assert [shelf[number - count] for number in range(count)] == list(values)
    assert shelf[-3:] == values[-3:]
    assert tuple(reversed(shelf)) == values[::-1]
    assert all(value in shelf for value in values[-2:])


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("beyond", [0, 1, NEAR])
def test_what_it_does_not_hold_cannot_be_asked_for(count: int, beyond: int) -> None:
    shelf = Shelf(range(count))
    with pytest.raises(IndexError):
        shelf[count + beyond]
    with pytest.raises(IndexError):
        shelf[-count - 1 - beyond]


@pytest.mark.parametrize("number", [0, NEAR - 1, NEAR, NEAR + 9])
def test_another_value_can_be_put_in_its_place(number: int) -> None:
    shelf = Shelf([value] for value in range(NEAR + 10))
    shelf[number] = [*shelf[number], -1]
    assert shelf[number] == [number, -1]
    assert [one[0] for one in shelf] == list(range(NEAR + 10))


def test_few_values_are_a_plain_tuple_in_the_end_and_stay_what_they_are() -> None:
    values = [[number] for number in range(NEAR)]
    finished = Shelf(values).finish()
    assert isinstance(finished, tuple)
    assert all(ours is theirs for ours, theirs in zip(finished, values, strict=True))


def test_many_values_stay_on_the_shelf_in_the_end() -> None:
    shelf = Shelf(range(NEAR + 1))
    assert shelf.finish() is shelf


def test_of_many_values_few_are_in_memory() -> None:
    tracemalloc.start()
    shelf = Shelf(f"{number}".zfill(5_000) for number in range(NEAR))
    near, _ = tracemalloc.get_traced_memory()
    for number in range(9 * NEAR):
        shelf.append(f"{number}".zfill(5_000))
    all_of_it, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert near > NEAR * 5_000
    assert all_of_it < near * 1.1
