"""The one list that names concrete technologies; everything else asks the registry built here."""

from msgspec.structs import replace

from dovetail.edge.vocabulary import FAULT_WORDS
from dovetail.engine.vocabulary import STAGE_WORDS
from dovetail.model.vocabulary import Vocabulary
from dovetail.plugin.registry import Registry

TECHNOLOGIES = (
    "dovetail.tech.http",
    "dovetail.tech.postgres",
    "dovetail.tech.redis",
    "dovetail.tech.kafka",
    "dovetail.tech.process",
)


def build_registry() -> Registry:
    return Registry(TECHNOLOGIES, FAULT_WORDS)


def build_vocabulary(registry: Registry) -> Vocabulary:
    words = registry.vocabulary
    return replace(words, technologies=(*words.technologies, STAGE_WORDS))
