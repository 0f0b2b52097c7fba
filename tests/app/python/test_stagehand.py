from dovetail.app.python.player import Player
from dovetail.model.event import PlannedCheck
from dovetail.model.outcome import Verdict


def test_what_acting_on_a_service_can_touch_is_known(player: Player) -> None:
    _, check = player.begin(PlannedCheck("reach", "reach", "services"))
    try:
        reach = check.hand.reaches["sorter"]
        assert reach.services == {"sorter", "postbox"}
        assert reach.edges == {"sorter -> postbox"}
    finally:
        player.end(check, Verdict.PASSED, "")
