"""A service that speaks to Kafka with the clients that most services use: client.py PORT, the broker in KAFKA_BROKERS.

It runs a Java program that it is sent, or writes one message in a transaction and ends that as it is told.
"""

import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from confluent_kafka import Producer

BROKERS = os.environ["KAFKA_BROKERS"]
LONGEST = 30.0
left_open: list[Producer] = []


def run_java(words: list[str], typed: str) -> dict[str, Any]:
    command = ("java", "-XX:TieredStopAtLevel=1", words[0], "--bootstrap-server", BROKERS, *words[1:])
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=LONGEST, check=False)
    return {"code": done.returncode, "out": done.stdout.splitlines()}


def write_in_transaction(topic: str, value: str, end: str) -> dict[str, Any]:
    producer = Producer({"bootstrap.servers": BROKERS, "transactional.id": value})
    producer.init_transactions(LONGEST)
    producer.begin_transaction()
    producer.produce(topic, value)
    producer.flush(LONGEST)
    if end == "commit":
        producer.commit_transaction(LONGEST)
    elif end == "abort":
        producer.abort_transaction(LONGEST)
    else:
        left_open.append(producer)
    return {"code": 0, "out": []}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.answer({})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if "java" in asked:
            self.answer(run_java(asked["java"], asked.get("typed", "")))
        else:
            self.answer(write_in_transaction(asked["topic"], asked["value"], asked["end"]))

    def answer(self, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answering).serve_forever()
