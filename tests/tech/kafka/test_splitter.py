import pytest

from dovetail.tech.kafka.frame import FrameError
from dovetail.tech.kafka.splitter import Splitter


def framed(*bodies: bytes) -> bytes:
    return b"".join(len(body).to_bytes(4, "big") + body for body in bodies)


def test_frames_come_out_whole_however_they_arrive() -> None:
    bodies = [bytes([number]) * (4 + number * 37) for number in range(12)]
    data = framed(*bodies)
    for step in range(1, 200):
        splitter, at = Splitter(10_000), 0
        found: list[tuple[bytes, int]] = []
        while at < len(data):
            found += splitter.feed(data[at : at + step])
            at += step
        assert found == [(body, len(body)) for body in bodies]


def test_of_a_large_frame_only_the_head_is_kept() -> None:
    splitter = Splitter(8)
    pieces = framed(b"0123456789" * 10, b"next")
    assert [row for at in range(0, len(pieces), 7) for row in splitter.feed(pieces[at : at + 7])] == [
        (b"01234567", 100),
        (b"next", 4),
    ]


@pytest.mark.parametrize("size", [b"\0\0\0\3", b"\xff\xff\xff\xff", b"\x16\x03\x01\x02", b"GET "])
def test_a_size_that_cannot_be_is_a_frame_error(size: bytes) -> None:
    with pytest.raises(FrameError):
        list(Splitter(8).feed(size))
