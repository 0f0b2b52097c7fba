"""The room a check is played in: its isolation set up before, taken down after, whatever happened between.

Entered and left by attempts, and by Python checks.
"""

from collections.abc import Mapping

from dovetail.engine.plan import Job
from dovetail.engine.play import Play
from dovetail.engine.slice_pool import OpenSlice, SliceOrder
from dovetail.errors import StageError
from dovetail.model.address import Address
from dovetail.model.check import Isolation
from dovetail.model.event import SliceTaken


class Room:
    """Holds what must be given back: clones, a slice, data to set back."""

    def __init__(self, play: Play, job: Job, name: str, attempt: int = 1) -> None:
        self._play = play
        self._job = job
        self._name = name
        self._attempt = attempt
        self._clones: list[str] = []
        self._slice: OpenSlice | None = None
        self._must_reset = False

    @property
    def rolled_back(self) -> frozenset[str]:
        choice = self._job.choice
        return choice.data if choice.isolation is Isolation.ROLLBACK else frozenset()

    @property
    def is_bare(self) -> bool:
        """Tell that nothing in it must be given back."""
        return not (self._clones or self._slice or self._must_reset)

    @property
    def slice_name(self) -> str:
        return self._slice.name if self._slice is not None else ""

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
                order = SliceOrder(self._job.slice_services, choice.data, self._job.is_slice_kept)
                self._slice = await self._play.slices.take(self._play.stage, order, self._name, self._tell_slice)
                return self._slice.doors
            case Isolation.UNIQUE | Isolation.SHARED:
                self._play.soiled.update(choice.data)
            case _:
                pass
        return {}

    async def leave(self, *, is_sound: bool = True) -> str:
        """Take the isolation down; returns what went wrong. A slice goes on to others only where it `is_sound`."""
        if self.is_bare:
            return ""
        trouble = []
        for service in self._clones:
            try:
                await self._play.stage.drop(service, self._name)
            except StageError as failure:
                trouble.append(f"the copy of {service} could not be dropped: {failure}")
        try:
            await self._leave_slice(is_sound=is_sound)
            if self._must_reset:
                self._play.soiled.update(self._job.choice.data)
                await self._play.reset(self._job.choice.data)
        except StageError as failure:
            trouble.append(str(failure))
        return "; ".join(trouble)

    def _tell_slice(self, name: str) -> None:
        self._play.publish(SliceTaken(self._play.clock(), self._job.id, self._attempt, name))

    async def _clone(self, service: str) -> Address:
        self._clones.append(service)
        return await self._play.stage.clone(service, self._name)

    async def _leave_slice(self, *, is_sound: bool) -> None:
        if self._slice is None:
            return
        if is_sound and self._job.is_slice_kept:
            self._play.slices.give_back(self._slice)
        else:
            await self._play.slices.close(self._play.stage, self._slice)
