"""Opens a stage: one that is given where nothing must be started, else one that is joined or spawned.

Called by the app for every command that needs a started system.
"""

from dovetail.environment.given import GivenStage
from dovetail.environment.order import StageOrder
from dovetail.environment.selection import select
from dovetail.environment.stage import Sink, Stage
from dovetail.plugin.registry import Registry


async def open_stage(
    order: StageOrder, registry: Registry, stage_command: tuple[str, ...], sink: Sink | None = None
) -> Stage:
    """Return a stage on which everything ordered is ready; raises NotReadyError as soon as that can never be.

    `sink` hears every event from the very beginning, also of a stage that never comes up.
    """
    selection = select(order, registry)
    if selection.start:
        from dovetail.environment.joining import join_or_spawn

        return await join_or_spawn(order, stage_command, sink)
    stage = GivenStage(order.system, selection.given, registry)
    if sink is not None:
        stage.listen(sink)
    return stage
