"""The programs under measurement: the product and Rasa's own server, in a temporary folder, on free ports.

Only what was started here is stopped. Memory and CPU time come from ``/proc``, so Linux is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import yaml

ROOT = Path(__file__).resolve().parent.parent
# The model is trained once, and again when the content changed.
KEPT = ROOT / "var" / "benchmarks"
_TICKS = os.sysconf("SC_CLK_TCK")
# Nobody is slowed down by the limits of one visitor or one address.
_NO_LIMIT = {"messages_at_once": 1e9, "messages_a_second": 1e9, "new_chats_at_once": 1e9, "new_chats_a_second": 1e9}


@dataclass
class Process:
    """A program that was started here."""

    name: str
    popen: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """Seconds of CPU time so far, user and system."""
        fields = Path(f"/proc/{self.popen.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory(self, field_name: str = "VmRSS") -> float:
        """Resident memory in MB (10⁶ bytes); ``VmHWM`` is its peak."""
        lines = Path(f"/proc/{self.popen.pid}/status").read_text().splitlines()
        line = next(line for line in lines if line.startswith(field_name + ":"))
        return int(line.split()[1]) * 1024 / 1e6

    def forget_peak(self) -> None:
        """Lets ``VmHWM`` begin anew."""
        Path(f"/proc/{self.popen.pid}/clear_refs").write_text("5")

    def stop(self) -> None:
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(30)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()


@dataclass
class House:
    """Programs in a folder, and the address that people reach."""

    data: Path
    base: str
    environment: dict[str, str]
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, *arguments: str, environment: dict[str, str] | None = None) -> Process:
        """Starts ``frontdesk <arguments>``; ``environment`` has more variables for it."""
        with (self.data / f"{name}.log").open("ab") as log:
            popen = subprocess.Popen(
                [sys.executable, "-m", "frontdesk", *arguments],
                cwd=ROOT,
                env={**self.environment, **(environment or {})},
                stdout=log,
                stderr=log,
            )
        self.processes[name] = Process(name, popen)
        return self.processes[name]

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()
        self.processes.clear()

    def cpu(self) -> dict[str, float]:
        return {name: process.cpu() for name, process in self.processes.items()}


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def environment(data: Path, **more: str) -> dict[str, str]:
    """The variables of this process without anybody's settings of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    return {**kept, "FRONTDESK_DATA": str(data), "RASA_TELEMETRY_ENABLED": "false", **more}


def run(environment: dict[str, str], *arguments: str) -> None:
    """Runs ``frontdesk <arguments>`` to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "frontdesk", *arguments], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"frontdesk {' '.join(arguments)} failed:\n{done.stderr.decode()[-2000:]}")


@contextmanager
def folder() -> Iterator[Path]:
    """A data folder with the model of the content as it is, and settings without limits for one visitor."""
    KEPT.mkdir(parents=True, exist_ok=True)
    run(environment(KEPT), "train")
    with tempfile.TemporaryDirectory(prefix="frontdesk-benchmark-") as made:
        data = Path(made)
        shutil.copytree(KEPT / "models", data / "models")
        config = yaml.safe_load((ROOT / "frontdesk.yml").read_text())
        config["web"] = {**config.get("web", {}), **_NO_LIMIT}
        (data / "frontdesk.yml").write_text(yaml.safe_dump(config))
        yield data


@contextmanager
def house(data: Path) -> Iterator[House]:
    """The product in a folder with its schema, not yet started; whatever was started is stopped at the end."""
    port = free_port()
    made = House(
        data,
        f"http://127.0.0.1:{port}",
        environment(data, FRONTDESK_PORT=str(port), FRONTDESK_CONFIG=str(data / "frontdesk.yml")),
    )
    run(made.environment, "migrate")
    try:
        yield made
    finally:
        made.stop()


async def answers(url: str, process: Process, seconds: float = 90) -> None:
    """Waits until an address answers with 200."""
    deadline = time.monotonic() + seconds
    async with aiohttp.ClientSession() as session:
        while time.monotonic() < deadline:
            if process.popen.poll() is not None:
                raise SystemExit(f"the {process.name} ended with {process.popen.returncode}")
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with session.get(url, timeout=aiohttp.ClientTimeout(2)) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.01)
    raise SystemExit(f"{url} did not answer")


async def engine_answers(made: House, seconds: float = 90) -> None:
    """Waits until the engine answers its canary turn, as its own ``/ready`` tells."""
    secret = (made.data / "engine_secret").read_text()
    deadline, engine = time.monotonic() + seconds, made.processes["engine"]
    connector = aiohttp.UnixConnector(str(made.data / "engine.sock"))
    headers = {"Authorization": f"Bearer {secret}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        while time.monotonic() < deadline:
            if engine.popen.poll() is not None:
                raise SystemExit(f"the engine ended with {engine.popen.returncode}")
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with session.get("http://engine/ready") as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.05)
    raise SystemExit("the engine did not become ready")


@asynccontextmanager
async def product(data: Path) -> AsyncIterator[House]:
    """The whole product, up and answering: one front and one engine over SQLite, as ``frontdesk run`` starts them."""
    with house(data) as made:
        front = made.start("front", "serve")
        made.start("engine", "engine")
        await answers(f"{made.base}/readyz", front)
        await engine_answers(made)
        yield made


@asynccontextmanager
async def stock(data: Path) -> AsyncIterator[House]:
    """Rasa's own server with the same model, and its action server for the forms."""
    port, actions = free_port(), free_port()
    live = yaml.safe_load((data / "models" / "live.json").read_text())["name"]
    endpoints = data / "endpoints.yml"
    endpoints.write_text(f"action_endpoint:\n  url: http://127.0.0.1:{actions}/webhook\n")
    # Without credentials of its own Rasa would look for a file; the REST channel needs none.
    credentials = data / "credentials.yml"
    credentials.write_text("rest:\n")
    made = House(data, f"http://127.0.0.1:{port}", {**environment(data), "ACTION_SERVER_SANIC_WORKERS": "1"})
    model = str(data / "models" / live)
    common = ["--endpoints", str(endpoints), "--credentials", str(credentials)]
    try:
        acting = made.start("actions", "rasa", "run", "actions", "--actions", "bot.actions", "-p", str(actions))
        server = made.start("rasa", "rasa", "run", "--enable-api", "-p", str(port), "-m", model, *common)
        await answers(f"http://127.0.0.1:{actions}/health", acting)
        await answers(f"{made.base}/status", server)
        yield made
    finally:
        made.stop()


def machine() -> str:
    """The machine and the day, for the line of figures."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or "unknown",
    )
    return f"{os.cpu_count()} cores {model}, Python {platform.python_version()}, {datetime.now(UTC).date()}"


def _lines(path: str) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(path).read_text().splitlines()
    return []
