"""Who performs which verb: drivers of technologies and of the stage, and what the plan must know of them."""

from collections.abc import Mapping

from dovetail.engine.demise import Demises
from dovetail.engine.isolation import DataServices
from dovetail.engine.plan import Knowledge
from dovetail.engine.steering import StageDriver
from dovetail.engine.vocabulary import STAGE, STAGE_WORDS
from dovetail.environment.stage import Stage
from dovetail.model.system import System
from dovetail.model.vocabulary import Effect, Verb
from dovetail.plugin.driver import Act, Driver
from dovetail.plugin.registry import Registry


class Cast:
    """Finds the verb and the driver of a step; drivers are loaded when first asked for.

    `demises` tells which services have left the scene by themselves.
    """

    def __init__(self, registry: Registry, stage: Stage, system: System) -> None:
        self._registry = registry
        self._stage_driver = StageDriver(stage, system)
        self._drivers: dict[str, Driver] = {STAGE: self._stage_driver}
        self.verbs, self.technologies = list_verbs(registry)
        self.demises = Demises()
        stage.listen(self.demises.hear)

    def driver(self, technology: str) -> Driver:
        driver = self._drivers.get(technology)
        if driver is None:
            driver = self._drivers[technology] = self._registry.driver(technology)
        return driver

    async def close(self) -> None:
        for driver in self._drivers.values():
            await driver.close()


def list_verbs(registry: Registry) -> tuple[Mapping[str, Verb], Mapping[str, str]]:
    """Return every verb by its name, and the technology of each."""
    verbs = {verb.name: verb for verb in STAGE_WORDS.verbs}
    technologies = dict.fromkeys(verbs, STAGE)
    for sheet in registry.sheets:
        for verb in sheet.verbs:
            verbs[verb.name] = verb
            technologies[verb.name] = sheet.name
    return verbs, technologies


def gather_knowledge(registry: Registry, system: System) -> Knowledge:
    """Ask the technologies' sheets and drivers what the plan must know."""

    def effect_of(technology: str, act: Act) -> Effect:
        return registry.driver(technology).effect_of(act)

    restorable = {s.name for s in system.services if "sandbox" in _parts(registry, s.technology)}
    foreign = {s.name for s in system.services if s.is_own_code} & restorable
    copied = restorable - foreign
    transactional = {s.name for s in system.services if registry.sheet(s.technology).is_transactional}
    servers = {s.name for s in system.services if "launcher" in _parts(registry, s.technology)}
    data = DataServices(frozenset(copied), frozenset(transactional), frozenset(servers - copied), frozenset(foreign))
    return Knowledge(list_verbs(registry)[1], effect_of, data)


def _parts(registry: Registry, technology: str) -> frozenset[str]:
    return registry.sheet(technology).parts
