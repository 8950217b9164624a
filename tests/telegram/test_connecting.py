"""From the settings to a Telegram that knows where we are: the commands, and what doctor says."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from frontdesk.doctor import Finding
from frontdesk.one_of_them import held
from frontdesk.settings import Environment, Settings
from frontdesk.telegram import cannot_be_reached, webhook_secret
from frontdesk.telegram_check import telegram_findings
from tests import front
from tests.conftest import ROOT
from tests.telegram.peer import TOKEN, Peer

URL = "https://shop.example/webhooks/telegram"


def settings(peer: Peer, folder: Path, **more: Any) -> Settings:
    env = {"telegram_token": TOKEN, "telegram_api_url": peer.url, **more}
    return front.settings(folder, f"sqlite+aiosqlite:///{folder / 'frontdesk.db'}", env=env)


async def run(peer: Peer, folder: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """The product's own command line, in a process of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FRONTDESK_")}
    ours = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": peer.url, "DATA": str(folder), "PUBLIC_URL": "", **more}
    kept |= {f"FRONTDESK_{name}": value for name, value in ours.items()}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "frontdesk", "telegram", *arguments),
        cwd=ROOT,
        env=kept,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, " ".join(said.decode().split())


def worst(findings: list[Finding]) -> str:
    order = ("ok", "note", "bad")
    return max((finding.level for finding in findings), key=order.index)


def told(findings: list[Finding]) -> str:
    return "; ".join(f"{finding.text} → {finding.todo}" for finding in findings)


async def test_set_webhook_tells_telegram_where_we_are_with_a_secret_and_the_commands(
    peer: Peer, tmp_path: Path
) -> None:
    public = {"PUBLIC_URL": "https://shop.example/", "SECRET_KEY": "a-secret-key-for-tests-of-32-characters"}
    assert await run(peer, tmp_path, "set-webhook", **public) == (0, f"Telegram sends updates to {URL}.")
    (call,) = await peer.calls("setWebhook")
    made = settings(peer, tmp_path, public_url="https://shop.example")
    assert (call["url"], call["secret_token"]) == (URL, webhook_secret(made))
    assert {one["command"] for one in (await peer.state())["commands"]} == {"help", "human", "privacy", "link"}
    code, said = await run(peer, tmp_path, "delete-webhook")
    assert code == 0 and "Telegram keeps updates" in said
    assert worst(await telegram_findings(settings(peer, tmp_path))) == "ok"


async def test_the_commands_say_what_is_missing(peer: Peer, tmp_path: Path) -> None:
    code, said = await run(peer, tmp_path, "set-webhook")
    assert code == 2 and "FRONTDESK_PUBLIC_URL is not set" in said
    code, said = await run(peer, tmp_path, "set-webhook", TELEGRAM_TOKEN="")
    assert code == 2 and "FRONTDESK_TELEGRAM_TOKEN is not set" in said
    await peer.fault("setWebhook", status=401, description="Unauthorized")
    code, said = await run(peer, tmp_path, "set-webhook", PUBLIC_URL="https://shop.example")
    assert code == 2 and "Telegram refused: Unauthorized" in said and TOKEN not in said
    code, said = await run(
        peer, tmp_path, "set-webhook", PUBLIC_URL="https://a.example", TELEGRAM_API_URL="http://127.0.0.1:9"
    )
    assert code == 2 and "does not answer" in said and TOKEN not in said


@pytest.mark.parametrize(
    ("url", "works"),
    [
        ("https://shop.example/x", True),
        ("https://shop.example:8443/x", True),
        ("http://shop.example/x", False),
        ("https://shop.example:8080/x", False),
    ],
)
def test_telegram_sends_to_https_and_four_ports_only(tmp_path: Path, url: str, works: bool) -> None:
    """https://core.telegram.org/bots/api#setwebhook"""
    made = front.settings(tmp_path, "sqlite+aiosqlite:///x", env={"telegram_token": TOKEN})
    assert (cannot_be_reached(made, url) is None) == works


async def test_doctor_says_how_updates_come_and_what_to_do(peer: Peer, tmp_path: Path) -> None:
    polling, public = settings(peer, tmp_path), settings(peer, tmp_path, public_url="https://shop.example")
    found = await telegram_findings(polling)
    assert worst(found) == "ok" and "@shop_bot" in told(found) and "by long polling" in told(found)
    found = await telegram_findings(public)
    assert worst(found) == "bad" and "frontdesk telegram set-webhook" in told(found)
    await peer.set_webhook(URL, "s" * 40)
    assert worst(await telegram_findings(public)) == "ok"
    found = await telegram_findings(polling)
    assert worst(found) == "bad" and "frontdesk telegram delete-webhook" in told(found)
    await peer.set_webhook("https://other.example/x", "s" * 40)
    assert "go to https://other.example/x" in told(await telegram_findings(public))


async def test_doctor_says_what_is_wrong_with_the_token(peer: Peer, tmp_path: Path) -> None:
    await peer.fault("getMe", status=401, description="Unauthorized")
    found = await telegram_findings(settings(peer, tmp_path))
    assert worst(found) == "bad" and "@BotFather" in told(found) and TOKEN not in told(found)


@pytest.mark.parametrize(
    "given",
    [
        {"telegram_token": "not-a-token"},
        {"telegram_token": "4242:with a blank"},
        {"telegram_secret": "short"},
        {"telegram_secret": "x" * 257},
        {"telegram_secret": "with-signs-that-telegram-refuses!!"},
        {"telegram_api_url": "api.telegram.org"},
    ],
)
def test_settings_of_the_wrong_form_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Environment(_env_file=None, **given)  # type: ignore[arg-type]


async def test_one_front_at_a_time_asks_for_updates_and_another_takes_over(database: Any) -> None:
    order = []

    async def front_called(name: str, leave: asyncio.Event) -> None:
        async with held(database, "telegram") as still:
            assert await still()
            order.append(name)
            await leave.wait()

    first_leaves, second_leaves = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(front_called("first", first_leaves))
    await asyncio.sleep(0.3)
    second = asyncio.create_task(front_called("second", second_leaves))
    await asyncio.sleep(1.3)
    assert order == ["first"]
    first_leaves.set()
    await first
    second_leaves.set()
    await asyncio.wait_for(second, 10)
    assert order == ["first", "second"]
