"""Which services have ended by themselves: a wait for an answer of one of them cannot come right.

Kept by the cast from what the stage tells; asked by steps that wait, unless their check steers the service itself.
Nothing else starts a service again while a check uses it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from dovetail.check.template import BRACES
from dovetail.engine.vocabulary import STEERING_VERBS
from dovetail.model.check import Check, all_steps
from dovetail.model.event import Event, ServiceChanged

FAILED = "failed"
SECONDS_FOR_THE_REST = 0.25


class Demises:
    def __init__(self) -> None:
        self._ended: dict[str, ServiceChanged] = {}
        self._watched: dict[asyncio.Timeout, str] = {}

    def hear(self, event: Event) -> None:
        if type(event) is not ServiceChanged:
            return
        self._ended.pop(event.service, None)
        if event.state == FAILED:
            self._ended[event.service] = event
            for patience in [patience for patience, service in self._watched.items() if service == event.service]:
                _shorten(patience)

    def tell(self, service: str) -> str:
        """Say how a service ended, with its last line; nothing where it did not."""
        event = self._ended.get(service)
        if event is None:
            return ""
        last = next((line.strip() for line in reversed(event.log) if line.strip()), "")
        return f"{event.detail}, so it was waited for no longer{f'; its last line: {last}' if last else ''}"

    @contextmanager
    def watch(self, service: str, patience: asyncio.Timeout) -> Iterator[None]:
        """Have `patience` end soon after the service did: what it had sent may still be heard."""
        if service in self._ended:
            _shorten(patience)
        self._watched[patience] = service
        try:
            yield
        finally:
            del self._watched[patience]


class Demise:
    """That of one service, for a step that waits for it."""

    def __init__(self, demises: Demises, service: str) -> None:
        self._demises = demises
        self._service = service

    def tell(self) -> str:
        return self._demises.tell(self._service)

    def watch(self, patience: asyncio.Timeout) -> AbstractContextManager[None]:
        return self._demises.watch(self._service, patience)


def is_steered(check: Check, service: str) -> bool:
    """Tell whether a check itself may end a service and bring it back."""
    subjects = [str(step.subject) for step in all_steps(check) if step.verb in STEERING_VERBS]
    return any(subject == service or BRACES in subject for subject in subjects)


def _shorten(patience: asyncio.Timeout) -> None:
    patience.reschedule(asyncio.get_running_loop().time() + SECONDS_FOR_THE_REST)
