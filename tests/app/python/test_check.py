from collections.abc import Callable
from threading import Thread
from typing import Any

from dovetail.model.outcome import Verdict

Player = Any
Begin = Callable[[str], tuple[Any, Any]]


def test_who_breaks_an_edge_waits_for_those_who_use_it(begin: Begin, player: Player) -> None:
    one, holder = begin("uses the edge")
    other, _ = begin("breaks the edge")
    one.http("sorter").get("/health").expect(status=200)
    taken: list[str] = []

    def take() -> None:
        other.edge("sorter -> postbox")
        taken.append("edge")

    thread = Thread(target=take)
    thread.start()
    thread.join(0.3)
    assert taken == []
    player.end(holder, Verdict.PASSED, "")
    thread.join(10)
    assert taken == ["edge"]


def test_a_fault_left_in_force_ends_with_its_check(begin: Begin, player: Player) -> None:
    one, check = begin("leaves a fault")
    one.edge("sorter -> postbox").fault(http=503).start()
    one.http("sorter").post("/letters", json={}).expect(status=503)
    player.end(check, Verdict.PASSED, "")
    other, _ = begin("comes after")
    other.http("sorter").post("/letters", json={}).expect(status=202)


def test_expectations_are_counted(begin: Begin) -> None:
    environment, check = begin("expects")
    environment.http("sorter").get("/health")
    assert check.expectations == 0
    environment.http("sorter").get("/health").expect(status=200, json={"status": "ok"})
    assert check.expectations == 2
