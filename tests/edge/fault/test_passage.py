from typing import TYPE_CHECKING

from dovetail.edge.fault.passage import Passage

if TYPE_CHECKING:
    from tests.edge.fault.conftest import HandFlow


def test_a_passage_changes_nothing(flow: "HandFlow") -> None:
    stage = Passage(flow)
    stage.feed(b"data")
    stage.end()
    stage.release()
    assert flow.passed == [(0.0, b"data")]
    assert flow.ended_at == 0.0
