import os
import signal
import stat
from collections.abc import Callable
from typing import Any

from dovetail.environment.attendance import find_stages
from dovetail.environment.ground import Plot
from dovetail.environment.reaper import marked, read_kin


def test_a_stage_asked_to_end_by_a_signal_ends_in_order(
    yard: Any, start_owner: Callable[..., Any], wait_for: Callable[..., None]
) -> None:
    owner = start_owner(yard.order(yard.service("a")))
    (service,) = marked(owner.stage, read_kin())
    os.kill(read_kin()[service][0], signal.SIGTERM)
    wait_for(lambda: not marked(owner.stage, read_kin()) and not yard.ground.exists())
    assert owner.leave() == "()"


def test_only_its_user_may_speak_to_a_stage(yard: Any, start_owner: Callable[..., Any]) -> None:
    owner = start_owner(yard.order(yard.service("a")))
    (info,) = find_stages()
    assert stat.S_IMODE(Plot(yard.ground, info.id).socket.stat().st_mode) == 0o600
    assert owner.leave() == "()"


def test_everything_is_leased_before_it_is_made(yard: Any) -> None:
    means = yard.means(yard.order(), "lease-test")
    plot = Plot(yard.ground, "lease-test")
    leased = plot.lease.read_text(encoding="utf-8").splitlines()
    files = [f"file\t{path}" for path in (plot.draft, plot.info, plot.socket)]
    assert leased == [*files, f"folder\t{plot.folder}"]
    means.lease.close()
