"""Answers in pieces, whole or not, and what is no HTTP at all."""

from dovetail.tech.http.parser import Parser


class Told:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.parser = Parser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.said.append(f"{name.decode()}: {value.decode()}")

    def on_headers_complete(self) -> None:
        self.said.append("head")

    def on_body(self, body: bytes) -> None:
        self.said.append(body.decode())

    def on_message_complete(self) -> None:
        self.said.append("the end, the connection is kept" if self.parser.is_kept else "the end")


def test_pieces_are_put_together() -> None:
    told = Told()
    for piece in (b"HTTP/1.1 200 OK\r\ntransfer-enc", b"oding: chunked\r\n\r\n2\r\no", b"k\r\n0\r\n\r\n"):
        assert told.parser.feed(piece) == ""
    assert told.said == ["transfer-encoding: chunked", "head", "o", "k", "the end, the connection is kept"]
    assert (told.parser.status, told.parser.is_switched) == (200, False)


def test_a_connection_that_is_to_close_is_not_kept() -> None:
    told = Told()
    assert told.parser.feed(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n") == ""
    assert told.said[-1] == "the end"


def test_a_connection_that_becomes_something_else_is_told() -> None:
    parser = Told().parser
    assert parser.feed(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\nbytes") == ""
    assert parser.is_switched


def test_what_is_no_http_tells_why() -> None:
    assert Told().parser.feed(b"SSH-2.0-OpenSSH\r\n\r\n")
