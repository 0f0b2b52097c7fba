from typing import TYPE_CHECKING

import pytest

from dovetail.edge.fault.corrupt import corrupt, draw_gap
from dovetail.errors import SuiteError
from dovetail.model.data import Data

if TYPE_CHECKING:
    from tests.edge.conftest import Stand
    from tests.edge.fault.conftest import HandFlow


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 1.0])
def test_about_the_share_of_bytes_changes_and_none_is_lost(flow: "HandFlow", share: float) -> None:
    stage = corrupt({"share": share}).stage(flow)
    for _ in range(100):
        stage.feed(bytes(1000))
    changed = sum(byte != 0 for byte in flow.data)
    assert len(flow.data) == 100_000
    assert 0.7 * share <= changed / 100_000 <= 1.3 * share


def test_a_share_next_to_nothing_changes_nothing(flow: "HandFlow") -> None:
    corrupt({"share": 1e-18}).stage(flow).feed(b"whole")
    assert flow.data == b"whole"


@pytest.mark.parametrize("settings", [{}, {"share": 0}, {"share": 1.1}])
def test_a_share_that_means_nothing_is_a_mistake(settings: dict[str, Data]) -> None:
    with pytest.raises(SuiteError, match="share must"):
        corrupt(settings)


def test_the_same_seed_changes_the_same_bytes(flow: "HandFlow") -> None:
    flow.random.seed(5)
    first = [draw_gap(flow.random, 0.01) for _ in range(9)]
    flow.random.seed(5)
    assert [draw_gap(flow.random, 0.01) for _ in range(9)] == first


def test_a_real_client_sees_the_damage(stand: "Stand") -> None:
    async def scene() -> None:
        async with stand.serve() as port, stand.open(port) as proxy, stand.call(proxy) as (reader, writer):
            proxy.inject(stand.order("corrupt", share=1.0), 60)
            writer.write(b"hello")
            received = await reader.readexactly(5)
            assert not [1 for sent, got in zip(b"hello", received, strict=True) if sent == got]

    stand.play(scene())
