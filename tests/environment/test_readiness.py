import asyncio
import socket
import sys
import time
from threading import Thread
from typing import Any

import pytest

from dovetail.app.parts import build_registry
from dovetail.environment.readiness import probes_of
from dovetail.errors import NotReadyError
from dovetail.model.system import Probe, Service


@pytest.mark.parametrize(
    ("service", "is_port_used", "kinds"),
    [
        (Service("a", run="serve", ready=(Probe("log", "up"),)), True, ["log"]),
        (Service("a", run="serve"), True, ["tcp"]),
        (Service("a", run="work"), False, ["alive"]),
        (Service("db", "redis"), False, ["technology"]),
        (Service("probeless", "process"), False, ["tcp"]),
        (Service("mine", "redis", run="serve"), True, ["tcp"]),
    ],
)
def test_a_service_without_a_probe_gets_the_best_there_is(
    service: Service, kinds: list[str], *, is_port_used: bool
) -> None:
    assert [probe.kind for probe in probes_of(service, build_registry(), is_port_used=is_port_used)] == kinds


@pytest.mark.parametrize(
    "probe",
    [
        Probe("tcp"),
        Probe("http", "GET /health"),
        Probe("command", "test -f serve.py"),
        Probe("log", "listening on \\d+"),
    ],
    ids=lambda probe: probe.kind,
)
def test_every_kind_of_probe_can_say_yes(yard: Any, probe: Probe) -> None:
    async def play() -> None:
        async with yard.live(yard.service("a", ready=(probe,))) as stage:
            assert [state.state for state in await stage.states()] == ["ready"]

    asyncio.run(play())


@pytest.mark.parametrize(
    ("probe", "why"),
    [
        (Probe("tcp", "1"), "nothing listens on port 1"),
        (Probe("command", "false"), "`false` exited with code 1"),
        (Probe("log", "never said"), "no line of its output matches never said"),
    ],
    ids=lambda value: getattr(value, "kind", ""),
)
def test_at_the_deadline_the_last_answer_is_told(yard: Any, probe: Probe, why: str) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match=f"a was not ready after .* s: {why}"):
            async with yard.live(yard.service("a", ready=(probe,), start_timeout=0.4)):
                pass

    asyncio.run(play())


@pytest.mark.parametrize("probe", [Probe("tcp"), Probe("http", "GET /health")], ids=lambda probe: probe.kind)
def test_who_listens_on_a_port_of_his_own_is_told_where_to_listen(yard: Any, probe: Probe) -> None:
    run = f"{sys.executable} -S serve.py 0"

    async def play() -> None:
        told = r"it listens on \d+ instead, have it listen on {{ port }}\n"
        with pytest.raises(NotReadyError, match=told):
            async with yard.live(yard.service("a", run=run, ready=(probe,), start_timeout=1.0)):
                pass

    asyncio.run(play())


def test_a_refusal_of_many_lines_is_told_on_one(yard: Any) -> None:
    page = "HTTP/1.0 404 No\\r\\n\\r\\n<html>\\n<title>404</title>" + "\\n<p>at a loss</p>" * 40
    (yard.folder / "refuse.py").write_text((yard.folder / "serve.py").read_text().replace("HTTP/1.0 200 OK", page))

    async def play() -> None:
        with pytest.raises(
            NotReadyError, match=r"s: GET / says 404 <html> <title>404</title>.{50,120} …(\n    a │|\n)"
        ):
            async with yard.live(
                yard.service(
                    "a",
                    run=f"{sys.executable} -S refuse.py {{{{ port }}}}",
                    ready=(Probe("http", "GET /"),),
                    start_timeout=1.0,
                )
            ):
                pass

    asyncio.run(play())


def test_a_stranger_who_gives_way_in_a_moment_is_forgiven(yard: Any) -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = stranger.getsockname()[1]

        def give_way() -> None:
            for _ in range(2):
                stranger.accept()[0].close()
            stranger.close()

        thread = Thread(target=give_way, daemon=True)
        thread.start()
        run = f"sh -c 'until {sys.executable} -S serve.py {port}; do :; done'"

        async def play() -> None:
            async with yard.live(yard.service("a", run=run, ready=(Probe("tcp", str(port)),))) as stage:
                assert [state.state for state in await stage.states()] == ["ready"]

        asyncio.run(play())
        thread.join()


def test_all_probes_must_say_yes(yard: Any) -> None:
    probes = (Probe("tcp"), Probe("log", "never said"))

    async def play() -> None:
        with pytest.raises(NotReadyError, match="never said"):
            async with yard.live(yard.service("a", ready=probes, start_timeout=0.5)):
                pass

    asyncio.run(play())


def test_an_end_is_noticed_long_before_the_deadline(yard: Any) -> None:
    async def play() -> None:
        began = time.monotonic()
        with pytest.raises(NotReadyError, match="exited with code 1"):
            async with yard.live(yard.service("a", run="sh -c 'sleep 0.1; exit 1'", start_timeout=60)):
                pass
        assert time.monotonic() - began < 10

    asyncio.run(play())


def test_a_service_with_nothing_to_ask_must_live_through_its_first_moments(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match="exited with code 0 before it was ready"):
            async with yard.live(yard.service("a", run="sleep 0.05", ready=())):
                pass

    asyncio.run(play())


def test_a_probe_that_nothing_can_ask_is_told(yard: Any) -> None:
    async def play() -> None:
        with pytest.raises(NotReadyError, match="a probe `smoke` that nothing can ask"):
            async with yard.live(yard.service("a", ready=(Probe("smoke"),))):
                pass

    asyncio.run(play())
