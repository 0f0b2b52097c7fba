from pathlib import Path

from dovetail.app.python.spot import caller_place


def test_the_place_is_the_callers_own_line() -> None:
    place = caller_place()
    assert Path(place.file).resolve() == Path(__file__)
    assert "caller_place()" in Path(__file__).read_text(encoding="utf-8").splitlines()[place.line - 1]
