import asyncio
from pathlib import Path
from typing import Any

import pytest

from dovetail.environment.channel import HEAD, Channel, Frame, read_error, read_events, write_error, write_events
from dovetail.environment.order import decode, encode
from dovetail.errors import BrokenDovetailError, DovetailError, NotReadyError, Problem, SuiteError
from dovetail.model.event import Event, ExchangeSeen, ServiceChanged, TornDown
from dovetail.model.exchange import Exchange


@pytest.mark.parametrize("step", [1, 3, 1000])
def test_frames_are_found_however_the_bytes_arrive(step: int) -> None:
    heard: list[Frame] = []
    channel = Channel(heard.append, lambda: None)
    frames = [b'[1,"states",[]]', b'[2,"ok",{"a":[1]}]']
    stream = b"".join(HEAD.pack(len(frame)) + frame for frame in frames)
    for start in range(0, len(stream), step):
        channel.data_received(stream[start : start + step])
    assert heard == [(1, "states", []), (2, "ok", {"a": [1]})]


def test_what_one_side_sends_the_other_hears_and_an_end_is_told(tmp_path: Path) -> None:
    async def play() -> None:
        loop = asyncio.get_running_loop()
        heard: asyncio.Queue[Any] = asyncio.Queue()
        lost = loop.create_future()
        path = str(tmp_path / "s")
        far = Channel(heard.put_nowait, lambda: lost.set_result(None))
        server = await loop.create_unix_server(lambda: far, path)
        near = Channel(lambda _: None, lambda: None)
        await loop.create_unix_connection(lambda: near, path)
        near.send(7, "lift", ("lease",))
        assert await heard.get() == (7, "lift", ["lease"])
        near.close()
        await lost
        far.send(7, "ok", None)
        assert far.backlog == 0
        server.close()

    asyncio.run(play())


def test_events_arrive_as_they_were_told() -> None:
    exchange = Exchange("a -> b", "http", "GET /", "200", "answered", 1.0, 2.5, detail={"k": "v"})
    events: list[Event] = [
        ServiceChanged(1.0, "a", "failed", log=("x",)),
        ExchangeSeen(1.0, exchange),
        TornDown(2.0, 3.0),
    ]
    assert read_events(decode(list, encode(write_events(events)))) == events


@pytest.mark.parametrize("kind", [NotReadyError, SuiteError, BrokenDovetailError])
def test_an_error_arrives_as_the_member_of_the_tree_that_it_was(kind: type[DovetailError]) -> None:
    error = kind(Problem("what", "now", "file", 3))
    back = read_error(decode(list, encode(write_error(error))))
    assert type(back) is kind
    assert back.problems == error.problems
