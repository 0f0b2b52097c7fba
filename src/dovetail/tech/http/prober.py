"""Asks a service over HTTP whether it is ready. Called by the environment."""

from collections.abc import Mapping
from http import HTTPStatus

from dovetail.check.judge import judge_answer
from dovetail.model.address import Address
from dovetail.model.data import Data
from dovetail.model.system import Probe
from dovetail.plugin.driver import Act, Answer, Target
from dovetail.plugin.prober import Prober, Reading
from dovetail.tech.http.client import Client
from dovetail.tech.http.driver import HttpSession, introduce

HEALTHY = frozenset({"healthy", "ok", "up", "pass", "passing", "ready"})


class HttpProber:
    """Ready means 2xx and, where the body is JSON with a status, one that says so; unless expectations say else."""

    async def probe(self, address: Address, probe: Probe, timeout: float) -> Reading:  # noqa: ASYNC109 - the socket's signature
        answer = await ask(address, probe, timeout)
        if answer.error and "error" not in probe.expect:
            return Reading(is_ready=False, why=answer.error)
        return read(answer, probe.expect)


async def ask(address: Address, probe: Probe, seconds: float) -> Answer:
    client = Client()
    try:
        session = HttpSession(client, Target("", address), introduce("dovetail"))
        return await session.perform(Act("http.request", probe.subject or "GET /"), seconds)
    finally:
        client.close()


def read(answer: Answer, expect: Mapping[str, Data]) -> Reading:
    if expect:
        judgement = judge_answer(expect, answer.facets)
        wrong = "; ".join(f"{m.path}: expected {m.expected}, got {m.got}" for m in judgement.mismatches)
        return Reading(is_ready=not wrong, why=wrong)
    status = answer.facets["status"]
    if not isinstance(status, int) or not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Reading(is_ready=False, why=f"{answer.request} says {answer.summary}")
    body = answer.facets.get("json")
    told = body.get("status") if isinstance(body, Mapping) else None
    if isinstance(told, str) and told.lower() not in HEALTHY:
        return Reading(is_ready=False, why=f"{answer.request} says status {told}")
    return Reading(is_ready=True)


def prober() -> Prober:
    return HttpProber()
