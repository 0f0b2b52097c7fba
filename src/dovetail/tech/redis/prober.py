"""Asks Redis or Valkey whether it answers: PING after the login. Called by the environment."""

import asyncio

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Prober, Reading
from dovetail.tech.redis.connection import RefusedError, connect, must
from dovetail.tech.redis.resp import GarbledError


class RedisProber:
    async def probe(self, address: Address, probe: Probe, timeout: float) -> Reading:  # noqa: ARG002, ASYNC109 - one question fits all; the socket names the caller's deadline so
        try:
            async with asyncio.timeout(timeout):
                connection = await connect(address)
                said = must(await connection.call("PING"))
                await connection.close()
        except TimeoutError:
            return Reading(is_ready=False, why=f"no answer within {timeout:g} s")
        except (OSError, RefusedError, GarbledError) as failure:
            return Reading(is_ready=False, why=str(failure) or "the connection was closed")
        return Reading(is_ready=said == "PONG", why="" if said == "PONG" else f"PING was answered with {said!r}")


def prober() -> Prober:
    return RedisProber()
