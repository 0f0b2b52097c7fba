"""Starts an Apache Kafka of one node, as its users do: broker.py PORT FOLDER, the Java classes in CLASSPATH."""

import base64
import shutil
import socket
import subprocess
import sys
import uuid
from pathlib import Path

JAVA = ("java", "-Xmx384m", "-XX:TieredStopAtLevel=1")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def configure(port: int, folder: Path) -> str:
    controller = free_port()
    return f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={folder / "data"}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
"""


if __name__ == "__main__":
    home = Path(sys.argv[2])
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    settings = home / "server.properties"
    settings.write_text(configure(int(sys.argv[1]), home))
    identity = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    subprocess.run((*JAVA, "kafka.tools.StorageTool", "format", "-t", identity, "-c", str(settings)), check=True)
    subprocess.run((*JAVA, "kafka.Kafka", str(settings)), check=True)
