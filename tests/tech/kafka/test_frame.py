import pytest

from dovetail.errors import BrokenDovetailError
from dovetail.tech.kafka.frame import FrameError, Reader, Writer


@pytest.mark.parametrize("value", [0, 1, 127, 128, 300, 2**31, 2**63])
def test_an_unsigned_number_survives_both_ways(value: int) -> None:
    assert Reader(bytes(Writer().unsigned(value).data)).unsigned() == value


@pytest.mark.parametrize("value", [0, -1, 1, -64, 64, 2**40, -(2**40)])
def test_a_signed_number_survives_both_ways(value: int) -> None:
    assert Reader(bytes(Writer().signed(value).data)).signed() == value


@pytest.mark.parametrize("is_flexible", [True, False])
@pytest.mark.parametrize("text", [None, "", "kafka", "größer"])
def test_a_text_survives_both_ways(text: str | None, *, is_flexible: bool) -> None:
    data = bytes(Writer(is_flexible=is_flexible).text(text).data)
    assert Reader(data, is_flexible=is_flexible).text() == text


@pytest.mark.parametrize("blob", [None, b"", b"\0\1"])
def test_bytes_survive_both_ways(blob: bytes | None) -> None:
    assert Reader(bytes(Writer().blob(blob).data)).blob() == blob


def test_tags_are_passed_over_in_flexible_frames_only() -> None:
    flexible = Reader(b"\x01\x07\x02ab!", is_flexible=True)
    flexible.tags()
    assert flexible.take(1) == b"!"
    plain = Reader(b"!")
    plain.tags()
    assert plain.take(1) == b"!"


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (b"\0", lambda reader: reader.integer(4)),
        (b"\xff" * 11, Reader.unsigned),
        (b"\0\5ab", Reader.text),
        (b"\0\2\xff\xfe", Reader.text),
        (b"\x7f\xff\xff\xff", Reader.count),
        (b"\0\0\0\x09abc", Reader.blob),
    ],
)
def test_nonsense_is_a_frame_error(data: bytes, read: object) -> None:
    assert callable(read)
    with pytest.raises(FrameError):
        read(Reader(data))


def test_a_negative_length_is_our_own_mistake() -> None:
    with pytest.raises(BrokenDovetailError):
        Writer().unsigned(-1)
