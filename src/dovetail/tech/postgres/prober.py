"""Asks PostgreSQL whether it takes queries: a real SELECT 1 after a real login. Called by the environment."""

import asyncio

from dovetail.model.address import Address
from dovetail.model.system import Probe
from dovetail.plugin.prober import Prober, Reading
from dovetail.tech.postgres.connection import GarbledError, RefusedError, connect


class PostgresProber:
    async def probe(self, address: Address, probe: Probe, timeout: float) -> Reading:  # noqa: ARG002, ASYNC109 - one question fits all; the socket names the caller's deadline so
        try:
            async with asyncio.timeout(timeout):
                connection = await connect(address, "dovetail probe")
                (await connection.run("select 1")).must()
                await connection.close()
        except RefusedError as refused:
            return Reading(is_ready=False, why=refused.refusal.message)
        except TimeoutError:
            return Reading(is_ready=False, why=f"no answer within {timeout:g} s")
        except (OSError, EOFError, GarbledError) as failure:
            return Reading(is_ready=False, why=str(failure) or "the connection was closed")
        return Reading(is_ready=True)


def prober() -> Prober:
    return PostgresProber()
