"""What every attempt of a run shares, as one value; made by the run, read by attempts and steps."""

import hashlib
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from msgspec import Struct, field

from dovetail.check.renderer import Renderer
from dovetail.check.unique import Unique
from dovetail.engine.cast import Cast
from dovetail.engine.limit import Limits
from dovetail.engine.slice_pool import SlicePool
from dovetail.engine.stop import Stop
from dovetail.environment.stage import Sink, Stage
from dovetail.model.address import Address
from dovetail.model.check import Check
from dovetail.model.data import Data
from dovetail.model.system import System


class Play(Struct, frozen=True):
    """`doors` are the addresses that checks speak to, `values` the same for `{{ }}`; `clock` tells epoch seconds.

    `soiled` are data services written to since they were set back, `broken` tracebacks of our own mistakes; `mark`
    tells this run's copies of data from those of others on the same stage.
    """

    system: System
    stage: Stage
    cast: Cast
    publish: Sink
    clock: Callable[[], float]
    seed: str
    timeout: float = 30.0
    retry: int = 0
    doors: Mapping[str, Address] = field(default_factory=dict)
    values: Mapping[str, Data] = field(default_factory=dict)
    is_stage_shared: bool = False
    renderer: Renderer = field(default_factory=Renderer)
    stop: Stop = field(default_factory=Stop)
    soiled: set[str] = field(default_factory=set)
    limits: Limits = field(default_factory=Limits)
    slices: SlicePool = field(default_factory=SlicePool)
    broken: list[str] = field(default_factory=list)
    mark: str = ""

    async def reset(self, services: frozenset[str]) -> None:
        """Set data services back, but only those that somebody may have written to since."""
        soiled = services if self.is_stage_shared else services & self.soiled
        if soiled:
            await self.stage.reset(soiled)
            self.soiled.difference_update(soiled)

    def own_up(self, mistake: Exception) -> str:
        """Keep the traceback of what broke in us, which decides the run; returns how it is told."""
        self.broken.append("".join(traceback.format_exception(mistake)))
        return f"Dovetail itself broke: {type(mistake).__name__}: {mistake}"


def trace_of(seed: str, check: str, attempt: int) -> str:
    """Return the 32-digit W3C trace id of an attempt, the same for the same seed."""
    return hashlib.blake2b(f"{seed}/{check}/{attempt}".encode(), digest_size=16).hexdigest()


def describe_address(address: Address) -> Mapping[str, Data]:
    """Return what `{{ service.address }}` and its neighbours offer."""
    return {
        "address": str(address),
        "url": address.url,
        "endpoint": address.endpoint,
        "host": address.host,
        "port": address.port,
    }


def describe_doors(doors: Mapping[str, Address]) -> Mapping[str, Data]:
    return {name: describe_address(address) for name, address in doors.items()}


def fill_scope(play: Play, check: Check, attempt: int, private: Mapping[str, Address]) -> dict[str, Data]:
    """Return the values an attempt starts with; `private` are the addresses of copies made for it alone."""
    scope = dict(play.values)
    if private:
        scope.update(describe_doors(private))
    scope["unique"] = Unique(play.seed, check.id, attempt)
    scope["now"] = datetime.fromtimestamp(play.clock(), UTC)
    scope["seed"] = play.seed
    scope["check"] = {"id": check.id, "name": check.name, "attempt": attempt}
    inputs = play.renderer.render(check.inputs, scope, check.place)
    scope.update(inputs if isinstance(inputs, Mapping) else {})
    return scope
