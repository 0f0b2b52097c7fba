import pytest

from dovetail.model.address import Address, parse_address


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:8080",
        "http://localhost:8080/api?x=1",
        "postgresql://app:s%40cret@db:5432/orders?sslmode=require",
        "redis://:pw@cache:6379/0",
        "http://[::1]:8080/x",
        "http://h:1/a,b?c=d,e",
        "redis://:p%2Cw@cache:6379/0",
    ],
)
def test_a_url_is_written_as_it_was_read(text: str) -> None:
    assert str(parse_address(text)) == text


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("broker:9092", "broker", 9092),
        ("one:9092,two:9093", "one", 9092),
        ("broker", "broker", 7),
        ("[::1]:9092", "::1", 9092),
        ("127.0.0.1:1", "127.0.0.1", 1),
    ],
)
def test_an_endpoint_is_host_and_port(text: str, host: str, port: int) -> None:
    address = parse_address(text, default_port=7)
    assert (address.host, address.port, address.form) == (host, port, "endpoint")
    assert str(parse_address(str(address))) == str(address)


def test_signs_in_a_login_survive() -> None:
    address = Address("db", 5432, "postgresql", "a:b", "p/w@x", "/d")
    assert parse_address(address.url) == address


def test_several_hosts_in_a_url_are_read_as_the_first() -> None:
    address = parse_address("postgresql://u@one:5432,two:5433/d")
    assert (address.host, address.port, address.user, address.path) == ("one", 5432, "u", "/d")


def test_a_port_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        parse_address("http://h:port")


def test_the_same_address_stands_behind_another_door() -> None:
    address = parse_address("postgresql://u:p@db:5432/d").at("127.0.0.1", 40_000)
    assert str(address) == "postgresql://u:p@127.0.0.1:40000/d"


def test_a_password_does_not_stand_in_the_representation() -> None:
    assert "hidden" not in repr(Address("db", 1, user="u", password="hid" + "den"))
