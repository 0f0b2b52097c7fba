"""What all checks of one Python process share: the project, the stage, the play. Made by the face, once a process."""

from collections.abc import Mapping

from msgspec import Struct

from dovetail.engine.plan import flow
from dovetail.engine.play import Play
from dovetail.model.graph import Reach
from dovetail.model.system import System
from dovetail.source.lexicon import Lexicon


class Stagehand(Struct, frozen=True):
    """`reaches` tells what acting on each service can touch."""

    play: Play
    lexicon: Lexicon
    reaches: Mapping[str, Reach]

    @property
    def system(self) -> System:
        return self.play.system


def make_stagehand(play: Play, lexicon: Lexicon) -> Stagehand:
    reaches = {service.name: flow(play.system, service.name) for service in play.system.services}
    return Stagehand(play, lexicon, reaches)
