"""Calls to neighbouring services: a time limit, one retry of what is safe to repeat, the caller's trace passed on."""

from collections.abc import Mapping

import httpx
from starlette.requests import Request

PASSED_ON = ("traceparent", "authorization", "idempotency-key")


class UnavailableError(Exception):
    """The neighbour gave no usable answer."""


class Neighbour:
    def __init__(self, name: str, url: str, timeout: float = 1.0) -> None:
        self.name = name
        self._client = httpx.AsyncClient(base_url=url, timeout=timeout)

    async def call(self, request: Request, method: str, path: str, json: object = None) -> httpx.Response:
        headers = passed_on(request.headers)
        attempts = 2 if method == "GET" else 1
        for attempt in range(1, attempts + 1):
            try:
                response = await self._client.request(method, path, headers=headers, json=json)
            except httpx.HTTPError as error:
                reason = type(error).__name__
            else:
                if response.status_code < 500:
                    return response
                reason = f"status {response.status_code}"
            print(f"{self.name} did not answer ({reason}), attempt {attempt} of {attempts}", flush=True)
        raise UnavailableError(f"{self.name} unavailable")

    async def close(self) -> None:
        await self._client.aclose()


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in PASSED_ON if name in headers}
