"""One running instance of a service: laid out, started, kept, steered, stopped; its state told as events.

Called by a cast, which knows the others.
"""

import asyncio
import re
import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace

from dovetail.environment.build import build, run_script
from dovetail.environment.means import Means, find_cache
from dovetail.environment.process import Process, Start, start_process
from dovetail.environment.readiness import Candidate, died, last_lines, probes_of, wait_until_ready
from dovetail.environment.stage import ServiceState
from dovetail.environment.wiring import Joint, close_joints, injected, open_joints, values_for
from dovetail.errors import DovetailError, NotReadyError, Problem
from dovetail.model.address import Address
from dovetail.model.event import ServiceChanged
from dovetail.model.placeholder import PORTS, names_in
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, LaunchOrder

PORT_TAKEN = re.compile(r"address (already )?in use|EADDRINUSE|errno 98", re.IGNORECASE)
MOST_PORTS = 3
SECONDS_FOR_LAST_WORDS = 0.05

Locate = Callable[[str], Awaitable[Address]]


class Instance:
    """`label` is the service's name, with the slice behind an @ where it belongs to one."""

    def __init__(self, service: Service, means: Means, suffix: str, locate: Locate) -> None:
        self.service = service
        self.label = service.name + suffix
        self.state = "waiting"
        self.address = Address("127.0.0.1", 0)
        self.joints: tuple[Joint, ...] = ()
        self.laid_out = asyncio.Event()
        self.log = means.open_log(self.label)
        self.moved: Callable[[], None] | None = None
        self._means = means
        self._suffix = suffix
        self._locate = locate
        self._port = 0
        self._launch: Launch | None = None
        self._process: Process | None = None
        self._since = 0.0
        self._restarts = 0
        self._is_set_up = False
        self._turn = asyncio.Lock()

    async def lay_out(self) -> None:
        """Choose a port and, for a server, lay out its folder; from now on its address is known."""
        self._port = self._means.pick_port(self.label)
        sheet = self._means.registry.sheet(self.service.technology)
        self.address = Address("127.0.0.1", self._port, scheme=sheet.scheme, form=sheet.form)
        if not self.service.is_own_code:
            self._launch = await self._prepare()
            self.address = self._launch.address
        self.laid_out.set()

    async def start(self) -> None:
        """Bring the service up; raises NotReadyError as soon as it is clear that it never will be."""
        if self.service.build:
            self._become("building")
            await build(self.service, self._means, self.log)
        self.joints = await open_joints(self.service, self._suffix, self._locate, self._means)
        if self.service.is_own_code or self.joints:
            self._launch = await self._prepare()
        for attempt in range(1, MOST_PORTS + 1):
            try:
                await self._run()
                break
            except NotReadyError:
                if attempt == MOST_PORTS or not self._has_lost_its_port():
                    raise
                await self._move()
        await self._set_up()
        self._become("done" if self.service.is_job else "ready")

    async def restart(self) -> None:
        """End the process and start it again on the same port, behind the same doors; two who ask take turns.

        Topics are made anew where the server forgot them; setup is not applied twice.
        """
        async with self._turn:
            await self._start_again()

    async def _start_again(self) -> None:
        try:
            await self._end("restarting")
            self._restarts += 1
            await self._run()
            if self.service.topics:
                await self._apply(replace(self.service, setup=()))
        except DovetailError as error:
            self.fail(error)
            raise
        except asyncio.CancelledError:
            self._become("failed", f"{self.label}: its restart was broken off", self.log.tail())
            raise
        self._become("done" if self.service.is_job else "ready")

    def fail(self, error: DovetailError) -> None:
        """Tell why it will never be ready."""
        told = error.problems[0].headline
        self._become("failed", told if told.startswith(self.label) else f"{self.label}: {told}", self.log.tail())

    def follow(self, target: str, address: Address) -> None:
        """Lead the edges to `target` where it is now."""
        for joint in self.joints:
            if joint.target == target and joint.proxy is not None:
                joint.proxy.retarget(address)

    def pause(self) -> None:
        self._need_process().signal_all(signal.SIGSTOP)
        self._become("paused")

    def resume(self) -> None:
        self._need_process().signal_all(signal.SIGCONT)
        self._become("ready")

    async def kill(self) -> None:
        process = self._need_process()
        self._become("stopping", "killed")
        await process.kill()
        process.close()
        self._become("stopped", "killed")

    async def stop(self) -> None:
        """End the process the way its technology wants it; nothing where none runs."""
        if self._process is not None and self.state not in {"stopped", "waiting"}:
            await self._end("")

    async def clean_up(self) -> None:
        """Run what the service's `cleanup:` says."""
        if self.service.cleanup and self.state == "ready":
            await self._apply(replace(self.service, setup=self.service.cleanup, topics=()))

    async def close(self) -> None:
        await close_joints(self.joints)
        self._means.ports.release(self._port)
        self.log.close()

    @property
    def _pid(self) -> int:
        return self._process.pid if self._process is not None and self._process.is_running else 0

    def describe(self) -> ServiceState:
        return ServiceState(
            self.label, self.service.technology, self.state, self._pid, str(self.address), self._since, self._restarts
        )

    async def _prepare(self) -> Launch:
        launcher = self._means.registry.launcher(self.service.launched_by)
        if launcher is None:
            raise NotReadyError(f"nothing can start {self.label}")
        folder = self._means.folder / f"{self.label}-{self._port}"
        user = "" if self.service.is_own_code else self._means.user
        if not self.service.is_own_code and not folder.exists():
            _make_folder(folder, user)
        sheet = self._means.registry.sheet(self.service.technology)
        values = {"scheme": sheet.scheme, "folder": str(folder), **values_for(self.address, self.joints)}
        cache = find_cache(self._means.folder / "cache")
        order = LaunchOrder(
            self.service, folder, self._port, cache, self._means.project, user, injected(self.joints), values
        )
        async with self._in_time("be laid out"):
            return await launcher.prepare(order)

    async def _run(self) -> None:
        launch = self._launch
        if launch is None:
            what = f"{self.label} was never started: what it needs did not become ready"
            raise NotReadyError(Problem(what, "see which: dovetail ps"))
        self._since = self._means.hub.clock()
        environment = {**self._means.environment, **launch.environment}
        start = Start(self.label, self._means.stage, launch.command, launch.folder, environment, launch.user)
        self._become("starting")
        self._process = await start_process(start, self.log)
        self._process.ended.add_done_callback(self._notice_end)
        await self._wait(self._process, environment, launch)

    async def _wait(self, process: Process, environment: dict[str, str], launch: Launch) -> None:
        if self.service.is_job:
            await self._wait_for_job(process)
            return
        candidate = Candidate(self.service, self.address, process, self.log, environment, launch.folder, self._since)
        probes = probes_of(self.service, self._means.registry, is_port_used=self._is_port_used())
        await wait_until_ready(candidate, probes, self._means.registry)

    def _is_port_used(self) -> bool:
        """Tell whether anybody expects it to listen: its own command, or a service that speaks to it."""
        named = names_in(" ".join((self.service.run, *self.service.environment.values())))
        edges = self._means.system.edges.values()
        return bool(PORTS & named) or any(edge.target == self.service.name for edge in edges)

    @asynccontextmanager
    async def _in_time(self, what: str) -> AsyncIterator[None]:
        """Allow no more than the time a service has to start."""
        seconds = self.service.start_timeout
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise NotReadyError(
                Problem(
                    f"{self.label} took longer than {seconds:g} s to {what}{last_lines(self.log)}",
                    "raise its `start_timeout:`",
                )
            ) from None

    async def _wait_for_job(self, process: Process) -> None:
        async with self._in_time("end"):
            code = await asyncio.shield(process.ended)
        await process.drain(0.5)
        await process.kill()
        process.close()
        if code != 0:
            raise NotReadyError(died(self.label, code, self.log, "instead of 0"))

    async def _set_up(self) -> None:
        if not self._is_set_up and (self.service.setup or self.service.topics):
            await self._apply(self.service)
        self._is_set_up = True

    async def _apply(self, service: Service) -> None:
        sheet = self._means.registry.sheet(service.technology)
        scripts = () if sheet.sets_up(service) else service.setup
        by_technology = replace(service, setup=()) if scripts else service
        if by_technology.setup or by_technology.topics:
            preparer = self._means.registry.preparer(service.technology)
            if preparer is None:
                raise NotReadyError(Problem(f"{service.technology} has no way to apply the setup of {service.name}"))
            async with self._in_time("be set up"):
                await preparer.prepare(by_technology, self.address, self._means.project)
        for script in scripts:
            code = await run_script(f"{self.label}.script", script, self._means, self.log)
            if code != 0:
                raise NotReadyError(died(f"`{script}` of {self.label}", code, self.log, "instead of 0"))

    async def _end(self, why: str) -> None:
        process, launch = self._process, self._launch
        if process is None or launch is None:
            return
        self._become("stopping", why)
        await process.stop(launch.stop, launch.grace, is_group=self.service.is_own_code)
        await process.drain(0.1)
        process.close()
        self._become("stopped", why)

    async def _move(self) -> None:
        """Take another port after somebody was quicker; whoever uses us is led there."""
        await self._end("its port was taken")
        self._means.ports.lose(self._port)
        self._port = self._means.pick_port(self.label)
        self.address = self.address.at(self.address.host, self._port)
        self._launch = await self._prepare()
        if self.moved is not None:
            self.moved()

    def _has_lost_its_port(self) -> bool:
        is_over = self._process is not None and not self._process.is_running
        return is_over and any(PORT_TAKEN.search(line) for line in self.log.tail())

    def _notice_end(self, ended: "asyncio.Future[int]") -> None:
        if self.state in {"ready", "paused"} and self._process is not None and self._process.ended is ended:
            self.state = "failed"
            asyncio.get_running_loop().call_later(SECONDS_FOR_LAST_WORDS, self._tell_end, ended.result())

    def _tell_end(self, code: int) -> None:
        if self.state == "failed":
            self._become(
                "failed",
                died(self.label, code, self.log, "after it was ready").headline,
                self.log.tail(),
            )

    def _need_process(self) -> Process:
        if self._process is None or not self._process.is_running:
            raise NotReadyError(
                Problem(f"{self.label} does not run: it is {self.state}", f"dovetail logs {self.label}")
            )
        return self._process

    def _become(self, state: str, detail: str = "", log: tuple[str, ...] = ()) -> None:
        now = self._means.hub.clock()
        self.state = state
        ready_ms = (now - self._since) * 1000 if state in {"ready", "done"} else 0.0
        self._means.hub.tell(
            ServiceChanged(now, self.label, state, ready_ms, detail, str(self.address), self._pid, log)
        )


def _make_folder(folder: Path, user: str) -> None:
    folder.mkdir(parents=True, mode=0o700)
    if user:
        shutil.chown(folder, user)
