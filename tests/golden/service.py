"""A small HTTP service for golden runs; what it does is said by the path, how it starts by its second argument.

/status/<n> answers n · /wait/<s> answers after s seconds · /exit/<n> ends it with n · /after/<n>/<key> answers 503 to
the first n requests · /count tells how many requests of the kind `POST /made` there were. Start: `ends` exits at once
with 0, `crashes` with 3 and a reason, `never` listens and never answers.
"""

import collections
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEEN: collections.Counter[str] = collections.Counter()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        SEEN[f"{self.command} {self.path}"] += 1
        status, said = self.decide(body)
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def decide(self, body: object) -> tuple[int, object]:
        words = self.path.strip("/").split("/")
        if words[0] == "status":
            return int(words[1]), {"said": "as you wish"}
        if words[0] == "wait":
            time.sleep(float(words[1]))
        if words[0] == "exit":
            say("that was too much for me")
            os._exit(int(words[1]))
        if words[0] == "after":
            return (503 if SEEN[f"{self.command} {self.path}"] <= int(words[1]) else 200), {}
        if words[0] == "count":
            return 200, {"made": SEEN["POST /made"]}
        return 200, {"status": "ok", "method": self.command, "path": self.path, "body": body}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        say(f"{self.command} {self.path} {code} {size}")


for method in ("GET", "POST", "PUT", "DELETE"):
    setattr(Handler, f"do_{method}", Handler.answer)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    mood = sys.argv[2] if len(sys.argv) > 2 else ""
    if mood == "ends":
        say("all done")
        sys.exit(0)
    if mood == "crashes":
        say("could not connect: password authentication failed")
        sys.exit(3)
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    if mood == "never":
        time.sleep(600)
    server.serve_forever()


if __name__ == "__main__":
    main()
