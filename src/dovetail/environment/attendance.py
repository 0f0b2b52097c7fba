"""Which stages there are: found, and joined from another process.

Called by ps, logs, down and doctor through the app, and by `opening`.
"""

import contextlib
import functools
from pathlib import Path

import msgspec
from msgspec.structs import replace

from dovetail.environment.ground import Plot, find_ground
from dovetail.environment.hold import is_held
from dovetail.environment.order import StageInfo, StageOrder, decode
from dovetail.environment.remote import RemoteStage
from dovetail.environment.teardown import prove_gone


def find_stages(folder: str = "") -> tuple[StageInfo, ...]:
    """Return the running stages of a project folder, or all of this user's; oldest first."""
    found = []
    for path in find_ground().glob("*.info"):
        with contextlib.suppress(OSError, msgspec.DecodeError, TypeError):
            info = decode(StageInfo, path.read_bytes())
            if is_held(path.with_suffix(".lease")) and folder in {"", info.folder}:
                found.append(info)
    return tuple(sorted(found, key=lambda info: info.started_at))


def find_kept(order: StageOrder) -> StageInfo | None:
    """Return the kept stage that an order joins rather than start one of its own."""
    key = replace(order, is_kept=True).key
    return next((info for info in find_stages(order.system.folder) if info.is_kept and info.key == key), None)


async def attach(info: StageInfo) -> RemoteStage:
    """Speak to a running stage without keeping it up."""
    remote = RemoteStage(functools.partial(prove_gone, plot_of(info), 0))
    await remote.connect(info.socket, is_holder=False)
    return remote


def plot_of(info: StageInfo) -> Plot:
    return Plot(Path(info.socket).parent, info.id, Path(info.room))
