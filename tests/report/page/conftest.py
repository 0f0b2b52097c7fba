"""A headless Chromium driven over the WebDriver protocol; tests that need it are skipped where there is none."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import pytest

from dovetail.model.event import Event
from dovetail.report.page.document import render_page
from dovetail.report.record import read_run

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
SECONDS = 60
OUTLINE = """
const MARKS = ["type", "role", "aria-label", "aria-pressed", "aria-expanded", "title", "href", "id"];
const outline = (one, indent) => {
  const marks = MARKS.filter((name) => one.hasAttribute(name)).map((name) => ` [${name} ${one.getAttribute(name)}]`);
  const words = [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
  const head = `${indent}${one.getAttribute("class") || one.localName}${marks.join("")}${words && ": "}${words}`;
  return [head, ...[...one.children].map((child) => outline(child, `${indent}  `))].join("\\n");
};
"""


class Browser:
    """One window; `run` evaluates a function body in the page."""

    def __init__(self, port: int, chromium: str, profile: Path) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
        self._session = ""
        capabilities = {
            "goog:chromeOptions": {"binary": chromium, "args": [*OPTIONS, f"--user-data-dir={profile}"]},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self._session = f"/session/{cast('dict[str, str]', made)['sessionId']}"

    def open(self, page: Path, fragment: str = "") -> None:
        self._ask("POST", f"{self._session}/url", {"url": "about:blank"})
        self.complaints()
        self._ask("POST", f"{self._session}/url", {"url": page.as_uri() + fragment})

    def show(self, events: list[Event], folder: Path, fragment: str = "") -> Path:
        """Open the report of a run; returns its file."""
        page = folder / "page.html"
        page.write_bytes(b"".join(render_page(read_run(events))))
        self.open(page, fragment)
        return page

    def wait_for(self, condition: str) -> None:
        """Wait until an expression of the page is true; the driver gives up after its own time."""
        look = f"const look = () => {condition} ? done(true) : setTimeout(look, 10); look();"
        assert self.run(f"return new Promise((done) => {{ {look} }})")

    def run(self, script: str) -> object:
        return self._ask("POST", f"{self._session}/execute/sync", {"script": script, "args": []})

    def count(self, selector: str) -> int:
        return cast("int", self.run(f"return document.querySelectorAll({json.dumps(selector)}).length"))

    def text(self, selector: str) -> str:
        return cast("str", self.run(f"return document.querySelector({json.dumps(selector)}).innerText"))

    def outline(self, selector: str) -> str:
        """Return what stands in an element, a line for each: its class or tag, what marks it, and its own words."""
        return cast("str", self.run(f"{OUTLINE} return outline(document.querySelector({json.dumps(selector)}), '')"))

    def click(self, selector: str) -> None:
        self.run(
            f"document.querySelector({json.dumps(selector)}).dispatchEvent(new MouseEvent('click', {{bubbles: true}}))"
        )

    def resize(self, width: int, height: int) -> None:
        """Make the page's own view that wide, also narrower than a window can be."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": True}
        self._devtools("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme: str) -> None:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._devtools("Emulation.setEmulatedMedia", {"features": features})

    def act_as_printer(self, media: str = "print") -> None:
        """Lay the page out for paper; "" is the screen again."""
        self._devtools("Emulation.setEmulatedMedia", {"media": media})

    def complaints(self) -> list[str]:
        """Return what the console said since last asked."""
        entries = self._ask("POST", f"{self._session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in cast("list[dict[str, str]]", entries)]

    def close(self) -> None:
        self._ask("DELETE", self._session, None)
        self._connection.close()

    def _devtools(self, command: str, parameters: Mapping[str, object]) -> None:
        self._ask("POST", f"{self._session}/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _ask(self, method: str, path: str, body: dict[str, object] | None) -> object:
        text = json.dumps(body) if body is not None else None
        self._connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = json.loads(self._connection.getresponse().read())["value"]
        assert not (isinstance(answer, dict) and "error" in answer), answer
        return answer


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no Chromium with its chromedriver on this machine")
    home = tmp_path_factory.mktemp("chromium")
    environ = {**os.environ, "HOME": str(home)}
    with subprocess.Popen(
        [driver, "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ, start_new_session=True
    ) as process:
        try:
            port = _port(process)
            browser = Browser(port, chromium, home / "profile")
            yield browser
            browser.close()
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _port(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout
    for line in process.stdout:
        found = re.search(rb"started successfully on port (\d+)", line)
        if found:
            return int(found[1])
    raise AssertionError("chromedriver ended before it listened")
