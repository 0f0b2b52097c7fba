"""The room a check is played in: its isolation set up before, taken down after, whatever happened between."""

from collections.abc import Mapping

from dovetail.engine.plan import Job
from dovetail.engine.play import Play
from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.check import Isolation


class Room:
    """Holds what must be given back: clones, a slice, data to set back."""

    def __init__(self, play: Play, job: Job, name: str) -> None:
        self._play = play
        self._job = job
        self._name = name
        self._clones: list[str] = []
        self._has_slice = False
        self._must_reset = False

    @property
    def rolled_back(self) -> frozenset[str]:
        choice = self._job.choice
        return choice.data if choice.isolation is Isolation.ROLLBACK else frozenset()

    async def enter(self) -> Mapping[str, Address]:
        """Set the isolation up; returns the addresses that are this check's alone."""
        choice = self._job.choice
        match choice.isolation:
            case Isolation.CLONE:
                return {service: await self._clone(service) for service in sorted(choice.data)}
            case Isolation.RESET:
                self._must_reset = True
                await self._play.reset(choice.data)
            case Isolation.SLICE:
                return await self._open_slice()
            case Isolation.UNIQUE:
                self._play.soiled.update(choice.data)
            case _:
                pass
        return {}

    async def leave(self) -> str:
        """Take the isolation down; returns what went wrong."""
        trouble = []
        for service in self._clones:
            try:
                await self._play.stage.drop(service, self._name)
            except StageError as failure:
                trouble.append(f"the copy of {service} could not be dropped: {failure}")
        try:
            if self._has_slice:
                await self._play.stage.close_slice(self._name)
            if self._must_reset:
                self._play.soiled.update(self._job.choice.data)
                await self._play.reset(self._job.choice.data)
        except StageError as failure:
            trouble.append(str(failure))
        return "; ".join(trouble)

    async def _clone(self, service: str) -> Address:
        self._clones.append(service)
        return await self._play.stage.clone(service, self._name)

    async def _open_slice(self) -> Mapping[str, Address]:
        services = self._job.slice_services
        self._has_slice = True
        await self._play.stage.open_slice(self._name, services)
        return {service: await self._play.stage.address(service, self._name) for service in sorted(services)}
