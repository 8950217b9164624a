"""``frontdesk content unanswered`` and ``frequent`` over a record, without a front."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.content.unanswered import groups
from bot.content.unanswered.tables import question
from conversations.likeness import packed
from conversations.model import InboundKind, InboundMessage
from conversations.store import conversations, turns
from conversations.store.database import Database, now
from frontdesk.cli import app

PARSE = {"intent": "stock", "confidence": 0.4, "understood": True}


async def filled(url: str) -> None:
    database = Database(url)
    said = InboundMessage("web:a", "web", "a", InboundKind.SAID, text="do you [really] wrap presents")
    async with database.write() as tx:
        held = await conversations.open_for(tx, said)
        number = await conversations.add_inbound(tx, held, said, said.text)
        await turns.record(tx, held.id, 1, number, number, model="m", parse=PARSE, failed=None)
        made = await groups.create(tx, "en", "e", [1.0], 1.0)
        place = {"conversation_id": held.id, "number": number, "through": number, "episode": 1, "language": "en"}
        more = {"sources": "unsure", "ranking": [["stock", 0.4]], "personal": [], "pending": False, "group_id": made}
        vector = {"encoder": "e", "vector": packed([1.0]), "likeness": 1.0}
        await tx.execute(insert(question).values(**place, **more, **vector, at=now()))
    await database.close()


def test_both_are_told_in_tables_and_as_json(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "frontdesk.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'frontdesk.db'}"
    asyncio.run(filled(url))
    for name, value in {"DATA": str(tmp_path), "DATABASE_URL": url, "SECRET_KEY": "x" * 32}.items():
        monkeypatch.setenv(f"FRONTDESK_{name}", value)
    monkeypatch.setenv("COLUMNS", "200")

    def told(*arguments: str) -> str:
        done = CliRunner().invoke(app, ["content", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "do you [really] wrap presents" in told("unanswered") and "stock 40%" in told("unanswered")
    [one] = json.loads(told("unanswered", "--json", "--days", "28"))["groups"]
    assert (one["people"], one["sources"]) == (1, {"unsure": 1})
    assert "Not answered well" in told("frequent") and "do you [really]" in told("frequent")
    assert [found["intent"] for found in json.loads(told("frequent", "--json"))["intents"]] == ["stock"]
