"""A service for golden runs that ignores SIGTERM and has a daemon: forked twice, in a session of its own, unmarked.

GET /wait never answers, all else is answered at once. With `never` as its second argument it serves nobody.
"""

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DAEMON = """\
import os, signal, socket, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
door = socket.create_server(("127.0.0.1", 0))
with open("daemon.part", "w") as file:
    file.write(str(os.getpid()))
os.rename("daemon.part", "daemon.txt")
time.sleep(600)
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/wait":
            time.sleep(600)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()


def daemonize() -> None:
    if os.fork():
        return
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(0, 256)
    for _ in range(3):
        os.open(os.devnull, os.O_RDWR)
    os.execve(sys.executable, [sys.executable, "-S", "-c", DAEMON], {})  # noqa: S606 - a daemon goes its own way


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    daemonize()
    if sys.argv[2] == "never":
        time.sleep(600)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
