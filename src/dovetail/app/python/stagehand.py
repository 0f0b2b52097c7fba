"""What all checks of one Python process share: the project, the stage, the play. Made by the face, once a process."""

from collections.abc import Collection, Mapping

from msgspec import Struct, field

from dovetail.engine.isolation import DataServices
from dovetail.engine.plan import flow
from dovetail.engine.play import Play
from dovetail.model.graph import Reach
from dovetail.model.system import System
from dovetail.source.lexicon import Lexicon


class Stagehand(Struct, frozen=True):
    """`reaches` tells what acting on each service can touch, `data` what can be copied, set back, rolled back.

    `elsewhere` are the services that nobody here has started.
    """

    play: Play
    lexicon: Lexicon
    reaches: Mapping[str, Reach]
    data: DataServices = field(default_factory=DataServices)
    elsewhere: frozenset[str] = frozenset()

    @property
    def system(self) -> System:
        return self.play.system


def make_stagehand(play: Play, lexicon: Lexicon, data: DataServices, given: Collection[str]) -> Stagehand:
    """`given` are the services that the environment has an address for."""
    reaches = {service.name: flow(play.system, service.name) for service in play.system.services}
    elsewhere = frozenset(s.name for s in play.system.services if s.external or s.name in given)
    return Stagehand(play, lexicon, reaches, data.without(elsewhere), elsewhere)
