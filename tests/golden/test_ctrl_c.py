"""Ctrl-C once and twice, while services start, while checks run, clean up and during teardown: told, exit 2, all gone.

The service ignores SIGTERM and has a daemon, so that every teardown takes a moment.
"""

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

MOMENTS = {"start": '"starting"', "checks": "check-started", "teardown": '"stopping"'}
CHECKS = """\
  - name: it waits
    steps:
      - http: GET {path}
        expect: {{status: 200}}
    finally:
      - http: GET {tidy}
        expect: {{status: 200}}
  - name: it comes after
    needs: [it waits]
    steps:
      - http: GET /
        expect: {{status: 200}}
"""


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("moment", list(MOMENTS))
def test_ctrl_c_ends_with_2_and_leaves_nothing(fenced: Any, moment: str, times: int) -> None:
    fenced.serve_stubbornly("never" if moment == "start" else "serves")
    fenced.checks(CHECKS.format(path="/wait" if moment == "checks" else "/", tidy="/tidy"))
    process = fenced.start("run", "--report-format", "json", "--timeout", "60s")
    fenced.wait_for(process, lambda: MOMENTS[moment] in fenced.journal() and (fenced.folder / "daemon.txt").exists())
    began = time.monotonic()
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (2, ""), out
    assert time.monotonic() - began < 15
    assert "exit 2   interrupted by Ctrl-C" in out
    assert "behind" not in out
    assert fenced.remains() == []
    assert not Path(f"/proc/{(fenced.folder / 'daemon.txt').read_text()}").exists()
    report = json.loads((fenced.folder / "reports/latest.json").read_text())
    assert (report["exit_code"], report["is_complete"]) == (2, True)
    verdicts = {check["name"]: check["verdict"] for check in report["checks"]}
    if moment == "checks":
        assert verdicts == {"it waits": "inconclusive", "it comes after": "skipped"}
        assert "GET /tidy" in fenced.journal() or times == 2
    elif moment == "teardown":
        assert verdicts == {"it waits": "passed", "it comes after": "passed"}
    else:
        assert set(verdicts.values()) == {"skipped"}


def test_a_second_ctrl_c_abandons_a_cleanup_that_hangs(fenced: Any) -> None:
    fenced.serve_stubbornly("serves")
    fenced.checks(CHECKS.format(path="/wait", tidy="/wait"))
    process = fenced.start("run", "--timeout", "60s")
    fenced.wait_for(process, lambda: "check-started" in fenced.journal())
    process.send_signal(signal.SIGINT)
    fenced.wait_for(process, lambda: "interrupted by Ctrl-C" in fenced.journal())
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
    assert time.monotonic() - began < 15
    assert fenced.remains() == []
