from pathlib import Path

import pytest

from dovetail.app.parts import build_registry, build_vocabulary
from dovetail.errors import SuiteError
from dovetail.model.data import Data, Place, locate
from dovetail.model.system import Edge, Service, System
from dovetail.source.lexicon import Lexicon
from dovetail.source.spoken import read_spoken_fault, read_spoken_step

EDGE = Edge("orders", "users", "http")
SYSTEM = System("shop", ".", services=(Service("orders", run="x", uses=(EDGE,)), Service("users", run="x")))
LEXICON = Lexicon(build_vocabulary(build_registry()))
HERE = Place("test_orders.py", 12)


def test_a_spoken_step_reads_as_a_written_one() -> None:
    words: dict[str, Data] = {
        "http": "GET /health",
        "on": "orders",
        "expect": {"status": 200, "within": "2s"},
        "within": "5s",
    }
    step = read_spoken_step(SYSTEM, LEXICON, words, HERE)
    assert (step.verb, step.on, step.subject, step.within) == ("http.request", "orders", "GET /health", 5.0)
    assert step.expect == {"status": 200, "within": 2.0}


def test_what_was_spoken_stands_at_the_callers_line() -> None:
    words: dict[str, Data] = {"http": "GET /", "on": "orders", "expect": {"json": {"items": [{"id": 1}]}}}
    step = read_spoken_step(SYSTEM, LEXICON, words, HERE)
    assert locate(step.expect, ("json", "items", 0, "id")) == Place("test_orders.py", 12)


def test_a_spoken_fault_reads_as_a_written_one() -> None:
    orders = read_spoken_fault(SYSTEM, LEXICON, {"on": "orders->users", "latency": "200ms"}, HERE)
    assert [(order.edge, order.kind, order.settings["delay"]) for order in orders] == [
        ("orders -> users", "latency", 0.2)
    ]


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        ({"http": "GET /", "on": "ordres"}, "orders"),
        ({"http": "GET /", "on": "orders", "jsn": {}}, "json"),
        ({"http": "GET /", "on": "orders", "expect": {"stauts": 200}}, "status"),
    ],
)
def test_a_mistake_names_the_nearest_word_and_the_line(words: dict[str, Data], nearest: str) -> None:
    with pytest.raises(SuiteError) as told:
        read_spoken_step(SYSTEM, LEXICON, words, HERE)
    problem = told.value.problems[0]
    assert nearest in problem.now
    assert (problem.file, problem.line) == ("test_orders.py", 12)


def test_a_spoken_number_is_itself_and_not_what_stands_in_the_test(tmp_path: Path) -> None:
    file = tmp_path / "test_orders.py"
    file.write_text("def test_it(shop):\n    shop.http('orders').get(5)\n")
    step = read_spoken_step(SYSTEM, LEXICON, {"http": 5, "on": "orders"}, Place(str(file), 2, 5))
    assert step.subject == "5"
