"""Two services for golden runs between which TLS is spoken; the first word says which one to be.

`keeper PORT KEY CERTIFICATE` answers over TLS. `asker PORT CERTIFICATE` asks it at GET /ask, once each time, where
KEEPER_URL says.
"""

import os
import socket
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Keeper(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Asker(Keeper):
    def do_GET(self) -> None:
        if self.path == "/ask":
            ask_keeper()
        super().do_GET()


def ask_keeper() -> None:
    keeper = urlsplit(os.environ["KEEPER_URL"])
    context = ssl.create_default_context(cafile=sys.argv[3])
    with (
        socket.create_connection((keeper.hostname, keeper.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as stream,
    ):
        stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
        if not stream.recv(65536).startswith(b"HTTP/1.0 200"):
            raise RuntimeError("the keeper did not answer")


def main() -> None:
    role, port = sys.argv[1], int(sys.argv[2])
    server = ThreadingHTTPServer(("127.0.0.1", port), Keeper if role == "keeper" else Asker)
    if role == "keeper":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(sys.argv[4], sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()


main()
