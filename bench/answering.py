"""A small fast HTTP server that gives every question the same answer; benches start it as a program of its own."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import uvloop

BODY = b'{"id": 1, "status": "pending", "total": 19.98, "items": [{"sku": "A-1", "quantity": 2}]}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
END = b"\r\n\r\n"


class Answering(asyncio.Protocol):
    """Answers each end of a header, at once or after `wait` seconds; its questions have no body."""

    def __init__(self, wait: float) -> None:
        self._wait = wait
        self._rest = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        seen = self._rest + data
        count = seen.count(END)
        if count and self._transport is not None:
            if self._wait:
                asyncio.get_running_loop().call_later(self._wait, self._transport.write, ANSWER * count)
            else:
                self._transport.write(ANSWER * count)
        self._rest = seen.rpartition(END)[2]


@contextmanager
def answering(wait: float = 0.0) -> Iterator[str]:
    """Start the server for as long as the block lasts; gives its URL."""
    root = str(Path(__file__).parent.parent)
    command = (sys.executable, "-m", "bench.answering", str(wait))
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None:
            raise RuntimeError("the server has no output to tell its port on")
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.terminate()


async def serve(wait: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Answering(wait), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(float(sys.argv[1])))
