"""The product as people start it, with the model of the content as it is, and a real Chromium."""

from __future__ import annotations

import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.conftest import ROOT, free_port, missing, one_at_a_time

SCREENS = ROOT / "tests" / "screens"


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    return {**kept, "FRONTDESK_DATA": str(data), "RASA_TELEMETRY_ENABLED": "false", **more}


@pytest.fixture(scope="session")
def models() -> Path:
    """The trained model of the content as it is: trained once a run at most, and kept by the hash of the content."""
    data = ROOT / "var" / "test-product"
    with one_at_a_time("product-model"):
        subprocess.run([sys.executable, "-m", "frontdesk", "train"], check=True, cwd=ROOT, env=environment(data))
    return data / "models"


@dataclass
class Product:
    """A running ``frontdesk run``."""

    base: str
    token: str
    data: Path
    process: subprocess.Popen[str]
    said: Path
    host_site: str


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"frontdesk run ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer")


@pytest.fixture(scope="session")
def host_site() -> Iterator[tuple[str, dict[str, str]]]:
    """Another site's origin, and its pages by path: where the widget is put with a script tag."""
    pages: dict[str, str] = {}

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(pages.get(self.path, "").encode())

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", pages
    server.shutdown()


@pytest.fixture(scope="session")
def product(
    models: Path, host_site: tuple[str, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """The product, started by its one command, over SQLite and its embedded Redis."""
    origin, pages = host_site
    with running(models, tmp_path_factory.mktemp("product"), origin) as product:
        pages["/"] = (
            '<!doctype html><html lang="en"><title>Host</title><h1>A shop</h1>'
            f'<script src="{product.base}/widget.js"></script>'
        )
        yield product


@contextmanager
def running(models: Path, data: Path, origin: str = "", more: str = "", **variables: str) -> Iterator[Product]:
    """``frontdesk run`` with the shipped configuration and ``more`` of it, until the block ends."""
    shutil.copytree(models, data / "models")
    port, said = free_port(), data / "said"
    config = data / "frontdesk.yml"
    shipped = (ROOT / "frontdesk.yml").read_text()
    config.write_text(shipped.replace("origins: []", f"origins: [{origin}]") + more)
    with said.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "frontdesk", "run"],
            cwd=ROOT,
            env=environment(data, FRONTDESK_PORT=str(port), FRONTDESK_CONFIG=str(config), **variables),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        base = f"http://127.0.0.1:{port}"
        try:
            wait_for(f"{base}/readyz", process)
            deadline = time.monotonic() + 90
            while "The assistant answers" not in said.read_text() and time.monotonic() < deadline:
                time.sleep(0.1)
            token = next(line.strip() for line in said.read_text().splitlines() if line.strip().startswith("fd_"))
            yield Product(base, token, data, process, said, origin)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """A browser for this folder only: its loop runs as long as it is open, and asynchronous tests need their own."""
    program = shutil.which("chromium")
    if program is None:
        missing("Chromium")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    arguments += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()
