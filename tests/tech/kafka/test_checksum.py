import pytest

from dovetail.tech.kafka.checksum import checksum


@pytest.mark.parametrize(
    ("data", "value"),
    [(b"", 0), (b"a", 0xC1D04330), (b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43)],
)
def test_checksums_are_those_of_the_standard(data: bytes, value: int) -> None:
    assert checksum(data) == value
