"""A real Apache Kafka with Java clients behind an edge: what is written is seen, what is cut is cut."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).with_name("apache_kafka")
PRODUCE, CONSUME = "org.apache.kafka.tools.ConsoleProducer", "org.apache.kafka.tools.consumer.ConsoleConsumer"
ONE = "--from-beginning, --max-messages, '1', --timeout-ms, '20000'"
SYSTEM = """\
system: java
services:
  events:
    technology: kafka
    run: {python} {here}/broker.py {{{{ port }}}} {data}
    environment: {{CLASSPATH: "{classpath}"}}
    topics: [written, read, taken-back, open, cut]
    start_timeout: 60s
  app:
    run: {python} {here}/client.py {{{{ port }}}}
    environment: {{CLASSPATH: "{classpath}"}}
    ready: GET /
    uses: {{events: {{address: KAFKA_BROKERS}}}}
"""
CHECKS = f"""\
scope: messaging
on: app
checks:
  - name: what a Java producer writes is seen
    steps:
      - http: POST /
        json: {{java: [{PRODUCE}, --topic, written], typed: "hello\\n"}}
        expect: {{json: {{code: 0}}}}
      - kafka.consume: written
        on: events
        within: 10s
        expect: {{value: hello}}
  - name: a Java consumer reads what a check publishes
    each: [{{case: classic}}, {{case: consumer}}]
    steps:
      - kafka.publish: read
        on: events
        value: "{{{{ case }}}}"
      - http: POST /
        json:
          java: [{CONSUME}, --topic, read, --group, "{{{{ case }}}}", {ONE},
                 --consumer-property, "group.protocol={{{{ case }}}}"]
        expect: {{json: {{code: 0, out: {{length: 1}}}}}}
  - name: what was taken back is no message
    steps:
      - http: POST /
        json: {{topic: taken-back, value: aborted, end: abort}}
      - http: POST /
        json: {{topic: taken-back, value: committed, end: commit}}
      - kafka.messages: taken-back
        on: events
        within: 10s
        expect: {{values: [committed]}}
  - name: what is not committed is no message yet
    steps:
      - http: POST /
        json: {{topic: open, value: open, end: never}}
      - kafka.consume: open
        on: events
        within: 1s
        expect: {{value: open}}
  - name: nothing goes round a cut edge
    fault: {{on: app -> events, refuse: true}}
    steps:
      - http: POST /
        json: {{java: [{PRODUCE}, --topic, cut, --producer-property, max.block.ms=1500], typed: "hello\\n"}}
        expect: {{status: 200}}
      - kafka.messages: cut
        on: events
        expect: {{count: 0}}
"""
NOT_COMMITTED = "what is not committed is no message yet"


@pytest.fixture(scope="module")
def classpath(tmp_path_factory: pytest.TempPathFactory) -> str:
    lacking = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if lacking:
        pytest.skip(f"no {' and no '.join(lacking)} on this machine, so no Apache Kafka")
    folder = tmp_path_factory.mktemp("apache-kafka")
    shutil.copy(HERE / "pom.xml", folder)
    fetching = ("mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath")
    fetched = subprocess.run(fetching, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if fetched.returncode:
        pytest.skip(f"Maven cannot fetch Apache Kafka: {fetched.stdout.strip().splitlines()[:1]}")
    return (folder / "classpath").read_text()


def test_java_clients_and_transactions_behind_an_edge(fenced: Any, classpath: str, tmp_path: Path) -> None:
    system = SYSTEM.format(python=sys.executable, here=HERE, data=tmp_path / "data", classpath=classpath)
    fenced.write("dovetail.yaml", system)
    fenced.write("tests/integration/java.yaml", CHECKS)
    said = fenced.type("run", "--report-format", "json")
    assert said.code == 1, said
    report = json.loads((fenced.folder / "reports/latest.json").read_text())
    verdicts = {check["name"]: check["verdict"] for check in report["checks"]}
    assert len(verdicts) == 6, said
    assert verdicts.pop(NOT_COMMITTED) == "failed"
    assert set(verdicts.values()) == {"passed"}, said.out
    assert "an open transaction holds back open[0] from offset 0 on" in " ".join(said.out.split())
    seen = {one["request"].split()[0] for check in report["checks"] for one in check["exchanges"]}
    assert {"produce", "fetch"} <= seen, seen
    assert fenced.remains() == []
