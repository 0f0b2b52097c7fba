from pathlib import Path
from types import FunctionType

import dovetail
from dovetail.app.python.spot import caller_place


def test_the_place_is_the_callers_own_line() -> None:
    place = caller_place()
    assert Path(place.file).resolve() == Path(__file__)
    assert "caller_place()" in Path(__file__).read_text(encoding="utf-8").splitlines()[place.line - 1]


def test_a_file_beside_the_package_is_a_callers_own_whatever_its_name_begins_with() -> None:
    beside = compile("caller_place()", f"{Path(dovetail.__file__).parent}_tests/test_it.py", "eval")
    place = FunctionType(beside, {"caller_place": caller_place})()
    assert Path(place.file).name == "test_it.py"
