"""The driver of the stage's own verbs: steer a service, count what crossed an edge. Made by the cast."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from dovetail.engine.touch import edges_meant
from dovetail.engine.vocabulary import CALLED
from dovetail.environment.stage import Stage, in_slice
from dovetail.errors import StageError, SuiteError, UnreadError
from dovetail.model.data import Bound, Data
from dovetail.model.exchange import Exchange
from dovetail.model.system import System
from dovetail.model.vocabulary import Effect
from dovetail.plugin.driver import Act, Answer, Target


class StageDriver:
    def __init__(self, stage: Stage, system: System) -> None:
        self._stage = stage
        self._system = system

    def effect_of(self, act: Act) -> Effect:
        return Effect.READS if act.verb == CALLED else Effect.DISTURBS

    async def connect(self, target: Target) -> "StageSession":
        return StageSession(self._stage, self._system, time.time(), target.slice_name)

    async def close(self) -> None:
        """Hold nothing: the stage belongs to the session of the run."""


class StageSession:
    """One check's dealings with the stage, or with its slice of it; counting begins when it is opened."""

    def __init__(self, stage: Stage, system: System, since: float, slice_name: str = "") -> None:
        self._stage = stage
        self._slice_name = slice_name
        self._system = system
        self._since = since

    async def foresee(self, acts: Sequence[Act]) -> None:
        """Nothing to prepare: opening the session has set the moment from which calls count."""

    async def perform(self, act: Act, seconds: float) -> Answer:
        try:
            async with asyncio.timeout(seconds):
                if act.verb == CALLED:
                    return await self._count(act)
                return await self._steer(act)
        except TimeoutError:
            return _no_answer(f"{act.verb} {act.subject}", "timeout", f"not done within {seconds:g} s")
        except UnreadError as failure:
            told = "; ".join(str(failure).splitlines())
            return _no_answer(f"{act.verb} {act.subject}", "protocol", told, is_final=True)
        except StageError as failure:
            return _no_answer(f"{act.verb} {act.subject}", "server", str(failure))

    async def close(self) -> None:
        """Hold nothing."""

    async def _steer(self, act: Act) -> Answer:
        service = str(act.subject)
        if service not in self._system.by_name:
            raise SuiteError(f"{act.verb}: there is no service {service!r}")
        meant = in_slice(service, self._slice_name)
        await self._stage.steer(meant, act.verb)
        state = next((state.state for state in await self._stage.states() if state.service == meant), "")
        return Answer({"state": state}, f"{act.verb} {service}", f"{service} is {state}")

    async def _count(self, act: Act) -> Answer:
        edges = () if isinstance(act.subject, Bound) else edges_meant(act.subject, self._system)
        if not edges:
            raise SuiteError(f"called: {act.subject!r} is neither an edge nor a service with edges towards it")
        beginning = str(act.fields.get("request", ""))
        calls = [
            call
            for edge in edges
            for call in await self._stage.calls(in_slice(edge, self._slice_name), self._since)
            if call.request.startswith(beginning)
        ]
        calls.sort(key=lambda call: call.started_at)
        facets: Mapping[str, Data] = {"times": len(calls), "calls": [_describe(call) for call in calls]}
        seen = ", ".join(f"{call.request} → {call.answer or call.ended}" for call in calls[:5])
        return Answer(facets, f"called {', '.join(edges)}", f"{len(calls)} times{': ' if seen else ''}{seen}")


def _describe(call: Exchange) -> Mapping[str, Data]:
    return {
        "edge": call.edge,
        "request": call.request,
        "answer": call.answer,
        "ended": call.ended,
        "duration_ms": call.duration_ms,
        "detail": dict(call.detail),
    }


def _no_answer(request: str, kind: str, message: str, *, is_final: bool = False) -> Answer:
    return Answer({"error": {"kind": kind, "message": message}}, request, error=message, is_final=is_final)
