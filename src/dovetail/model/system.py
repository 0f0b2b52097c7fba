"""The system a user declares in dovetail.yaml: services, the edges between them, and environments."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from dovetail.model.data import NOWHERE, Data, Place


class Probe(Struct, frozen=True):
    """One question that a ready service answers; kinds: http tcp command log technology."""

    kind: str
    subject: str = ""
    expect: Mapping[str, Data] = field(default_factory=dict)
    place: Place = NOWHERE


class Sla(Struct, frozen=True):
    p99: float | None = None
    error_rate: float | None = None


class Edge(Struct, frozen=True):
    """A joint: `source` uses `target`; durations are seconds.

    An edge that is not awaited does not hold its source back at start.
    """

    source: str
    target: str
    technology: str
    address: str = ""
    publishes: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    sla: Sla | None = None
    timeout: float | None = None
    retries: Mapping[str, Data] = field(default_factory=dict)
    breaker: Mapping[str, Data] = field(default_factory=dict)
    when_broken: str = ""
    owner: str = ""
    contract: str = ""
    is_proxied: bool = True
    is_awaited: bool = True
    place: Place = NOWHERE

    @property
    def name(self) -> str:
        return f"{self.source} -> {self.target}"

    @property
    def is_asynchronous(self) -> bool:
        return bool(self.publishes or self.consumes)


class Service(Struct, frozen=True):
    """A part of the system: the user's own code (`run`), a technology's server, or an external service."""

    name: str
    technology: str = "http"
    run: str = ""
    build: str = ""
    folder: str = ""
    is_job: bool = False
    external: str = ""
    version: str = ""
    setup: tuple[str, ...] = ()
    cleanup: tuple[str, ...] = ()
    settings: Mapping[str, Data] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: tuple[Probe, ...] = ()
    start_timeout: float = 60.0
    uses: tuple[Edge, ...] = ()
    after: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    contract: str = ""
    owner: str = ""
    place: Place = NOWHERE

    @property
    def is_own_code(self) -> bool:
        return bool(self.run)

    @property
    def kind(self) -> str:
        """What it is in a word: code, job, server or external."""
        if self.external:
            return "external"
        if self.is_job:
            return "job"
        return "code" if self.is_own_code else "server"

    @property
    def launched_by(self) -> str:
        """The technology whose launcher starts it: its own, or `process` for the user's own code."""
        return "process" if self.run else self.technology


class EnvironmentSpec(Struct, frozen=True):
    """A named environment; `addresses` points services at what already runs, the rest is started embedded.

    `missing` are the variables that its addresses need and nobody set.
    """

    name: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    is_read_only: bool = False
    allowed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    place: Place = NOWHERE


class System(Struct, frozen=True, dict=True):
    """Everything dovetail.yaml says; `folder` is where it stands, `defaults` are option values by option name.

    `secret_values` holds the values that could be had of the names in `secrets`.
    """

    name: str
    folder: str
    file: str = ""
    services: tuple[Service, ...] = ()
    environments: tuple[EnvironmentSpec, ...] = ()
    defaults: Mapping[str, Data] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    secret_values: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"System({self.name!r}, {self.folder!r})"

    @cached_property
    def by_name(self) -> Mapping[str, Service]:
        return {service.name: service for service in self.services}

    @cached_property
    def edges(self) -> Mapping[str, Edge]:
        return {edge.name: edge for service in self.services for edge in service.uses}
