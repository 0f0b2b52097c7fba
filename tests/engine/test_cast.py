"""Verbs, drivers and what the plan must know, asked of the real registry."""

from dovetail.app.parts import build_registry
from dovetail.engine.cast import gather_knowledge, list_verbs
from dovetail.engine.isolation import DataServices
from dovetail.model.system import Service, System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act


def test_every_verb_has_its_technology() -> None:
    verbs, technologies = list_verbs(build_registry())
    assert technologies["http.request"] == "http"
    assert technologies["called"] == technologies["restart"] == "stage"
    assert verbs.keys() == technologies.keys()


def test_the_plan_knows_effects_and_which_data_can_be_copied() -> None:
    services = (Service("orders", run="x"), Service("db", "postgres"))
    knowledge = gather_knowledge(build_registry(), System("s", "s", services=services))
    assert knowledge.effect_of("http", Act("http.request", "GET /")) is Effect.READS
    assert knowledge.effect_of("http", Act("http.request", "POST /{{ unique.id }}")) is Effect.WRITES
    assert knowledge.data.copied == knowledge.data.transactional == {"db"}


def test_a_server_that_the_users_own_command_starts_rolls_back_and_cannot_be_copied() -> None:
    services = (Service("db", "postgres", run="x"), Service("cache", "redis", run="x"), Service("app", run="x"))
    data = gather_knowledge(build_registry(), System("s", "s", services=services)).data
    assert data == DataServices(frozenset(), frozenset({"db"}), frozenset({"db", "cache"}), frozenset({"db", "cache"}))
