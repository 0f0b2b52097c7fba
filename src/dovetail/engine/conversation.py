"""The sessions of one attempt: one for each service and technology, opened when first spoken to, closed at the end."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from dovetail.engine.cast import Cast
from dovetail.engine.vocabulary import STAGE
from dovetail.errors import DovetailError
from dovetail.model.address import Address
from dovetail.model.check import Action, Fragment, Step, Together
from dovetail.plugin.driver import Act, Session, Target

NO_ADDRESS = Address("", 0)


class Whereabouts(Struct, frozen=True):
    """Where a check speaks: the addresses, whose sessions are rolled back, and its slice, where it has one."""

    doors: Mapping[str, Address] = field(default_factory=dict)
    rolled_back: frozenset[str] = frozenset()
    slice_name: str = ""


class Conversation:
    """`lane` keeps steps that run at the same moment apart; the common lane is 0."""

    def __init__(self, cast: Cast, check: str, trace: str, where: Whereabouts) -> None:
        self._cast = cast
        self._check = check
        self._trace = trace
        self._where = where
        self._sessions: dict[tuple[str, str, int], Session] = {}

    async def session(self, technology: str, service: str, lane: int = 0) -> Session:
        key = (technology, "" if technology == STAGE else service, lane)
        session = self._sessions.get(key)
        if session is None:
            where = self._where
            address = where.doors.get(service, NO_ADDRESS)
            is_rolled_back = service in where.rolled_back
            target = Target(service, address, self._check, self._trace, is_rolled_back, where.slice_name)
            session = self._sessions[key] = await self._cast.driver(technology).connect(target)
        return session

    async def foresee(self, actions: Sequence[Action]) -> None:
        """Tell sessions whose answers only come once which acts will come; the others need not know."""
        acts: dict[tuple[str, str, int], list[Act]] = {}
        for step, lane in _lanes(actions):
            technology = self._cast.technologies[step.verb]
            if self._cast.verbs[step.verb].waits == "stream" or technology == STAGE:
                acts.setdefault((technology, step.on, lane), []).append(Act(step.verb, step.subject, step.fields))
        for (technology, service, lane), coming in acts.items():
            await (await self.session(technology, service, lane)).foresee(coming)

    async def close(self) -> str:
        """Close all sessions; returns what went wrong."""
        trouble = []
        for session in self._sessions.values():
            try:
                await session.close()
            except (DovetailError, OSError) as failure:
                trouble.append(str(failure))
        self._sessions.clear()
        return "; ".join(trouble)


def _lanes(actions: Sequence[Action]) -> list[tuple[Step, int]]:
    found: list[tuple[Step, int]] = []
    for action in actions:
        match action:
            case Together():
                found += [(step, lane) for lane, step in enumerate(action.steps, 1)]
            case Fragment():
                found += _lanes(action.actions)
            case Step():
                found.append((action, 0))
    return found
