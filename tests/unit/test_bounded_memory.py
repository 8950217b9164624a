"""What is remembered of vendors' places stays within bounds, however many there are."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.slack import workspaces
from bot.channels.slack.workspaces import Workspaces
from bot.channels.telegram import calls
from bot.channels.telegram.calls import Calls
from bot.channels.telegram.render import Text
from vendors.slack import pace as paces
from vendors.slack.pace import Pace
from vendors.telegram.errors import TelegramMoved


async def test_channels_that_had_a_rest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paces, "_REMEMBERED", 3)
    pace = Pace(every=0.0, burst=1)
    for number in range(20):
        await pace.turn(f"C{number}")
    assert len(pace._due) <= 4
    await pace.hold("C0", 60)
    for number in range(20):
        await pace.turn(f"D{number}")
    assert "C0" in pace._due, "whoever has to wait is remembered"


class Opens:
    """Slack, as far as it opens direct messages."""

    async def ask(self, method: str, **about: Any) -> Any:
        return {"channel": {"id": f"D{about['users']}"}}


async def test_of_direct_messages_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "_REMEMBERED", 3)
    known = Workspaces(None, None, "https://slack.example")  # type: ignore[arg-type] # asks for no token here
    for number in range(20):
        assert await known.direct(Opens(), "T1", f"U{number}") == f"DU{number}"  # type: ignore[arg-type] # see there
    assert len(known._directs) <= 3


class Moves:
    """Telegram, as far as groups become supergroups."""

    async def send_text(self, chat: int, *_: Any) -> int:
        if chat > -1000:
            raise TelegramMoved(chat - 1000)
        return 1


async def test_of_groups_that_moved_so_many_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_REMEMBERED", 3)
    made = Calls(Moves(), None)  # type: ignore[arg-type] # as far as it goes
    for chat in range(-20, 0):
        assert await made.send(chat, Text("hello"), None, None) == 1  # type: ignore[arg-type] # no words of ours
    assert len(made._moved) <= 3
