"""A small service over PostgreSQL and Valkey for golden runs: it keeps its connections and caches what it read.

POST /notes stores a note (409 where its id is taken) · GET /notes tells how many there are, GET /notes/<id> reads
through the cache · POST /mode/<word> is remembered by the process alone, GET /mode tells it.
"""

import asyncio
import json
import os
import sys

import asyncpg
from redis.asyncio import Redis


class Ledger:
    def __init__(self, pool: asyncpg.Pool, cache: Redis) -> None:
        self.pool = pool
        self.cache = cache
        self.mode = "calm"

    async def decide(self, method: str, words: list[str], body: dict[str, str]) -> tuple[int, object]:
        if words[0] == "health":
            return 200, {"status": "ok"}
        if words[0] == "mode":
            self.mode = words[1] if method == "POST" else self.mode
            return 200, {"mode": self.mode}
        if method == "POST":
            try:
                await self.pool.execute("insert into notes values ($1, $2)", body["id"], body["text"])
            except asyncpg.UniqueViolationError:
                return 409, {"error": "taken"}
            await self.cache.incr("made")
            return 201, body
        if len(words) == 1:
            made = await self.cache.get("made")
            return 200, {"count": await self.pool.fetchval("select count(*) from notes"), "made": int(made or 0)}
        return await self.read(words[1])

    async def read(self, note: str) -> tuple[int, object]:
        text = await self.cache.get(f"note:{note}")
        if text is None:
            text = await self.pool.fetchval("select text from notes where id = $1", note)
            if text is None:
                return 404, {}
            await self.cache.set(f"note:{note}", text)
        return 200, {"id": note, "text": text if isinstance(text, str) else text.decode()}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                first, *rest = head.splitlines()
                headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                method, path, _ = first.split(" ")
                try:
                    status, said = await self.decide(method, path.strip("/").split("/"), json.loads(body or b"{}"))
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as failure:
                    status, said = 503, {"error": type(failure).__name__}
                text = json.dumps(said).encode()
                lead = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(text)}\r\n\r\n"
                writer.write(lead.encode() + text)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


async def main() -> None:
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=2, max_size=4)
    ledger = Ledger(pool, Redis.from_url(os.environ["REDIS_URL"]))
    server = await asyncio.start_server(ledger.serve, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
