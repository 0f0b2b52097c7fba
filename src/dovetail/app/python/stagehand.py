"""What all checks of one Python process share: the project, the stage, the play. Made by the face, once a process."""

from collections.abc import Mapping

from msgspec import Struct, field

from dovetail.engine.isolation import DataServices
from dovetail.engine.plan import flow
from dovetail.engine.play import Play
from dovetail.environment.order import LOCAL
from dovetail.environment.selection import find_lacking
from dovetail.model.graph import Reach
from dovetail.model.system import EnvironmentSpec, System
from dovetail.source.lexicon import Lexicon


class Stagehand(Struct, frozen=True):
    """`reaches` tells what acting on each service can touch, `data` what can be copied, set back, rolled back.

    `elsewhere` are the services that nobody here has started, `lacking` those of them that nobody can speak to.
    """

    play: Play
    lexicon: Lexicon
    reaches: Mapping[str, Reach]
    data: DataServices = field(default_factory=DataServices)
    elsewhere: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    environment: EnvironmentSpec = LOCAL

    @property
    def system(self) -> System:
        return self.play.system


def make_stagehand(play: Play, lexicon: Lexicon, data: DataServices, environment: EnvironmentSpec) -> Stagehand:
    reaches = {service.name: flow(play.system, service.name) for service in play.system.services}
    lacking = find_lacking(play.system, environment)
    given = environment.addresses.keys() | lacking
    elsewhere = frozenset(s.name for s in play.system.services if s.external or s.name in given)
    return Stagehand(play, lexicon, reaches, data.given(elsewhere), elsewhere, lacking, environment)
