"""Opens sessions that share one set of connections per address. Called by the engine."""

import time
from collections.abc import Callable
from itertools import count

from dovetail.errors import Problem, SuiteError
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Driver, Session, Target
from dovetail.tech.kafka.cluster import Cluster
from dovetail.tech.kafka.connection import Endpoint
from dovetail.tech.kafka.session import KafkaSession


class KafkaDriver:
    """Shares one set of connections per address; `clock` tells seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._clusters: dict[Endpoint, Cluster] = {}
        self._turns = count()

    def effect_of(self, act: Act) -> Effect:
        return Effect.WRITES if act.verb == "kafka.publish" else Effect.READS

    async def connect(self, target: Target) -> Session:
        """Open a session; raises SuiteError for an address that asks for a login or TLS, which are not spoken here."""
        _refuse_secrets(target)
        door = (target.address.host, target.address.port)
        cluster = self._clusters.setdefault(door, Cluster(door))
        return KafkaSession(cluster, target, self._clock, self._turns)

    async def close(self) -> None:
        for cluster in self._clusters.values():
            cluster.close()
        self._clusters.clear()


def _refuse_secrets(target: Target) -> None:
    address = target.address
    if address.user or address.scheme not in {"", "kafka"}:
        what = f"{target.service}: {address.scheme or 'kafka'}://{address.endpoint} asks for a login or TLS"
        raise SuiteError(Problem(what, "only plain connections are spoken: name a plain listener of the broker"))


def driver() -> Driver:
    return KafkaDriver(time.time)
