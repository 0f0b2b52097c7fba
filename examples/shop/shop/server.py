"""How every service of the shop is started: one app, one port, one line of log a request."""

import argparse
import os
import sys
import time
from collections.abc import Awaitable, Callable

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


def address(variable: str) -> str:
    """Read a neighbour's address; a service that doesn't know its neighbours must not start."""
    value = os.environ.get(variable)
    if not value:
        sys.exit(f"{variable} is not set: where is the neighbour?")
    return value


def problem(status: int, title: str) -> JSONResponse:
    return JSONResponse({"error": title}, status_code=status)


async def log_request(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    response = await call_next(request)
    if request.url.path != "/health":
        took = (time.perf_counter() - began) * 1000
        print(f"{request.method} {request.url.path} {response.status_code} {took:.1f} ms", flush=True)
    return response


def serve(app: Starlette) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, loop="asyncio")
