"""``POST /webhooks/telegram``: what is forged changes nothing, what is broken is refused, all else is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.channels.telegram.routes import HEADER, PATH
from conversations.store import tables as t
from frontdesk.telegram import webhook_secret
from tests.telegram.conftest import TelegramHouse
from tests.telegram.peer import ANNA, TOKEN, person, place
from tests.telegram.test_arriving import counted, raw

SAID = raw(1, 17, "hello to all of you")


async def post(home: TelegramHouse, body: Any, *headers: tuple[str, str]) -> int:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with home.house.client.post(PATH, data=sent, headers=list(headers)) as response:  # type: ignore[arg-type]
        return response.status


def proof(home: TelegramHouse) -> tuple[str, str]:
    return HEADER, webhook_secret(home.house.front.settings)


async def rows(home: TelegramHouse) -> int:
    async with home.house.front.database.read() as tx:
        counts = [
            (await tx.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (t.message, t.conversation, t.contact)
        ]
    return sum(counts)


async def test_only_who_knows_the_secret_is_believed(home: TelegramHouse) -> None:
    _, secret = proof(home)
    forged = ["", secret[:-1], secret[:32], secret + "x", secret.upper(), TOKEN, "é" * 32, " "]
    assert await post(home, SAID) == 403
    for given in forged:
        assert await post(home, SAID, (HEADER, given)) == 403, given
    assert await post(home, SAID, (HEADER, secret), (HEADER, secret)) == 403
    assert await rows(home) == 0
    assert await post(home, SAID, (HEADER, secret)) == 200
    assert await home.heard() == ["hello to all of you"]


async def test_the_secret_is_looked_at_before_the_body(home: TelegramHouse) -> None:
    assert await post(home, b"{", (HEADER, "wrong")) == 403
    assert await post(home, b"x" * 3_000_000, (HEADER, "wrong")) == 403


def test_the_secret_is_long_and_of_what_telegram_takes(home: TelegramHouse) -> None:
    """https://core.telegram.org/bots/api#setwebhook"""
    _, secret = proof(home)
    assert 32 <= len(secret) <= 256 and secret.isalnum() and secret.isascii()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b'"x"',
        b"\xff\xfe",
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": 1e999}',
        b"[" * 100_000,
        b'{"update_id": 1, "message": ',
    ],
)
async def test_what_is_no_update_is_400(home: TelegramHouse, body: bytes) -> None:
    assert await post(home, body, proof(home)) == 400
    assert await rows(home) == 0


async def test_a_body_beyond_the_limit_is_413(home: TelegramHouse) -> None:
    assert await post(home, {"update_id": 1, "x": "y" * 1_100_000}, proof(home)) == 413


@pytest.mark.parametrize(
    ("update", "kind"),
    [
        ({"channel_post": {"message_id": 1}}, "channel_post"),
        ({"message_reaction": {}}, "message_reaction"),
        ({"hologram": {}}, "other"),
        ({}, "other"),
        (
            {
                "message": {
                    "message_id": 1,
                    "date": 1,
                    "from": person(ANNA),
                    "chat": {"id": 1, "type": "direct"},
                    "text": "x",
                }
            },
            "chat type",
        ),
        (
            {"message": {"message_id": 1, "date": 1, "from": person(ANNA), "chat": place(ANNA), "pinned_message": {}}},
            "service message",
        ),
        ({"message": {"message_id": "one", "chat": place(ANNA)}}, "unreadable"),
        (
            {"message": {"message_id": 1, "date": 1, "from": person(ANNA), "chat": place(ANNA), "text": ["x"]}},
            "unreadable",
        ),
        ({"message": []}, "unreadable"),
        ({"callback_query": {"id": 7}}, "unreadable"),
    ],
)
async def test_what_is_not_heard_here_is_acknowledged_and_counted(
    home: TelegramHouse, update: dict[str, Any], kind: str
) -> None:
    before = counted("frontdesk_updates_unknown_total", channel="telegram", kind=kind)
    assert await post(home, {"update_id": 1, **update}, proof(home)) == 200
    assert counted("frontdesk_updates_unknown_total", channel="telegram", kind=kind) == before + 1
    assert await rows(home) == 0


async def test_nothing_is_acknowledged_that_was_not_committed(
    home: TelegramHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = home.house.front.database
    whole = database._store
    monkeypatch.setattr(database, "_store", None)  # as if it were away
    assert await post(home, SAID, proof(home)) == 500
    monkeypatch.setattr(database, "_store", whole)
    assert await post(home, SAID, proof(home)) == 200
    assert await home.heard() == ["hello to all of you"]
