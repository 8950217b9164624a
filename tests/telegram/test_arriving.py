"""What arrives from Telegram: once, whatever comes again and in whatever order; nothing breaks a turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import func, select

from bot.channels.telegram import polling
from conversations.model import Sender
from conversations.store import conversations
from conversations.store import tables as t
from tests.channels.telegram_contact import telegram_house
from tests.telegram.conftest import TelegramHouse
from tests.telegram.peer import ANNA, BEN, TOKEN, Peer, person, place

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def raw(number: int, message_id: int, text: str, who: int = ANNA) -> dict[str, Any]:
    message = {"message_id": message_id, "date": 1_700_000_000, "from": person(who), "chat": place(who), "text": text}
    return {"update_id": number, "message": message}


async def test_a_message_is_answered_by_webhook_and_by_polling(either: TelegramHouse) -> None:
    await either.peer.say("where is my parcel?")
    await either.until_shown("You said: where is my parcel?")
    assert await either.heard() == ["where is my parcel?"]


async def test_polling_begins_by_itself_when_the_webhook_is_gone(
    tmp_path: Path, database_url: str, redis_url: str | None, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_LATER", 0.2)
    await peer.set_webhook("http://127.0.0.1:9/", "s" * 40)
    async with telegram_house(peer, tmp_path, database_url, redis_url, webhook=False) as built:
        home = TelegramHouse(built, peer)
        await asyncio.sleep(0.5)
        await peer.call(f"bot{TOKEN}/deleteWebhook")
        await peer.say("where is my parcel?")
        await home.until_shown("You said: where is my parcel?")


async def test_what_comes_twice_counts_once(either: TelegramHouse) -> None:
    sent = await either.peer.say("where is my parcel?")
    for _ in range(3):
        await either.peer.repeat(sent)
    await either.peer.say("and when does it come?")
    await either.until_shown("You said: and when does it come?")
    assert await either.heard() == ["where is my parcel?", "and when does it come?"]
    assert len(await either.peer.texts()) == 2


async def test_the_same_twenty_times_at_once_counts_once(home: TelegramHouse) -> None:
    update = raw(1, 17, "hello to all of you")
    assert await asyncio.gather(*(home.peer.update(**update) for _ in range(20))) == [200] * 20
    assert await home.heard() == ["hello to all of you"]


async def test_disorder_and_lower_numbers_after_a_week_lose_nothing(home: TelegramHouse) -> None:
    """``update_id`` begins anew anywhere after a quiet week: https://core.telegram.org/bots/api#update."""
    for number, message_id, text in ((900, 19, "third thing"), (899, 18, "second thing"), (3, 20, "a week later")):
        assert await home.peer.update(**raw(number, message_id, text)) == 200
        assert await home.peer.update(**raw(number, message_id, text)) == 200
    assert await home.heard() == ["third thing", "second thing", "a week later"]


async def test_one_number_in_two_chats_is_two_messages(home: TelegramHouse) -> None:
    await home.peer.update(**raw(1, 17, "mine is late"))
    await home.peer.update(**raw(2, 17, "mine is late", BEN))
    assert await home.heard() == await home.heard(f"telegram:{BEN}") == ["mine is late"]


async def test_one_update_number_with_two_contents_keeps_both(home: TelegramHouse) -> None:
    await home.peer.update(**raw(1, 17, "the first thing"))
    await home.peer.update(**raw(1, 17, "another thing"))
    await home.peer.update(**raw(1, 17, "another thing"))
    await home.peer.update(**raw(1, 18, "yet another"))
    assert await home.heard() == ["the first thing", "another thing", "yet another"]
    assert [one.native_key for one in await home.record() if one.sender is Sender.CONTACT] == ["m:17", "m:17#2", "m:18"]


async def test_an_edit_that_comes_before_its_message_is_the_message(home: TelegramHouse) -> None:
    first = raw(1, 17, "my odrer is late")
    edited = {**first["message"], "text": "my order is late", "edit_date": 1_700_000_060}
    assert await home.peer.update(edited_message=edited) == 200
    assert await home.peer.update(**first) == 200
    assert (await home.heard())[0] == "my order is late"
    assert await home.peer.update(edited_message=edited) == 200
    assert (await home.heard())[0] == "my order is late"


async def test_the_profile_is_kept(home: TelegramHouse) -> None:
    home.house.engine.hold.clear()  # which takes the facts over with its first answer
    await home.peer.say("hello to all of you")
    async with home.house.front.database.read() as tx:
        held = await conversations.get(tx, f"telegram:{ANNA}")
    home.house.engine.hold.set()
    assert held is not None and held.facts == {"name": "Anna Kohl"}


async def test_a_contact_who_blocks_the_bot_has_left_until_they_come_back(home: TelegramHouse) -> None:
    async def left() -> bool:
        async with home.house.front.database.read() as tx:
            held = await conversations.get(tx, f"telegram:{ANNA}")
        assert held is not None
        return held.left_at is not None

    bot = {"id": 4242, "is_bot": True, "first_name": "Pina"}
    await home.peer.say("hello to all of you")
    change = {"chat": place(ANNA), "from": person(ANNA), "date": 1_700_000_000}
    change["old_chat_member"] = {"user": bot, "status": "member"}
    assert (
        await home.peer.update(my_chat_member={**change, "new_chat_member": {"user": bot, "status": "kicked"}}) == 200
    )
    assert await left()
    assert (
        await home.peer.update(my_chat_member={**change, "new_chat_member": {"user": bot, "status": "member"}}) == 200
    )
    assert not await left()


@pytest.mark.parametrize(
    "fields",
    [
        {"sticker": {"file_id": "none", "file_unique_id": "1", "emoji": "🍍"}},
        {"location": {"latitude": 52.52, "longitude": 13.4}},
        {"contact": {"phone_number": "+49301", "first_name": "Ben"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"photo": [{"file_id": "none", "file_unique_id": "1", "width": 1, "height": 1}]},
        {"voice": {"file_id": "none", "file_unique_id": "1", "duration": 1}},
        {"story": {"chat": place(BEN), "id": 1}},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_nothing_that_is_sent_breaks_a_turn(home: TelegramHouse, fields: dict[str, Any]) -> None:
    await home.peer.say(**fields)
    await home.peer.say("are you still there?")
    await home.until_shown("are you still there?")
    assert len(await home.heard()) == 2


async def test_a_file_comes_with_its_message_and_is_named_by_us(home: TelegramHouse) -> None:
    file = await home.peer.file(PNG)
    document = {
        "file_id": file,
        "file_unique_id": "1",
        "file_name": "../../etc/x\r\nSet-Cookie: a.exe",
        "mime_type": "text/html",
    }
    await home.peer.say(document=document, caption="this is the crack")
    said = (await home.record())[0]
    (kept,) = said.attachments
    assert (said.text, kept.media_type, kept.size) == ("this is the crack", "image/png", len(PNG))
    assert not set(kept.name) & set("/\\\r\n:") and kept.name.endswith(".png")
    assert b"".join([part async for part in home.house.front.blobs.get(kept.file_id)]) == PNG


async def test_pictures_of_an_album_are_messages_of_their_own(home: TelegramHouse) -> None:
    for number in range(3):
        photo = {"file_id": await home.peer.file(PNG + bytes([number])), "file_unique_id": "1", "width": 1, "height": 1}
        await home.peer.say(photo=[photo], media_group_id="7")
    assert [len(one.attachments) for one in await home.record() if one.sender is Sender.CONTACT] == [1, 1, 1]


async def test_a_file_that_comes_again_is_kept_once(home: TelegramHouse) -> None:
    document = {"file_id": await home.peer.file(PNG), "file_unique_id": "1", "file_name": "a.png"}
    sent = await home.peer.say(document=document, caption="this is the crack")
    kept = counted("frontdesk_telegram_files_total", outcome="kept")
    await home.peer.fault("getFile", status=502)
    assert await home.peer.repeat(sent) == 200
    assert await home.heard() == ["this is the crack"]
    assert counted("frontdesk_telegram_files_total", outcome="kept") == kept


@pytest.mark.parametrize(
    ("file", "document", "told"),
    [
        ({"redirect": "http://169.254.169.254/latest"}, {}, "couldn't open"),
        ({"redirect": "http://127.0.0.1/"}, {}, "couldn't open"),
        ({"path": "../../bot/getMe"}, {}, "couldn't open"),
        ({"path": "/etc/passwd"}, {}, "couldn't open"),
        ({}, {"file_size": 10_000_001}, "larger than 10 MB"),
        ({"content": b"MZ\x90\0" + b"\0\1" * 600}, {}, "This kind of file cannot be sent here. You can send: "),
        ({}, {"file_id": "unknown"}, "couldn't open"),
    ],
)
async def test_a_file_that_cannot_be_had_is_told_and_its_message_counts(
    home: TelegramHouse, file: dict[str, Any], document: dict[str, Any], told: str
) -> None:
    odd = {name: value for name, value in file.items() if name != "content"}
    file_id = await home.peer.file(file.get("content", PNG), **odd)
    enclosed = {"file_id": file_id, "file_unique_id": "1", "file_name": "a.png", **document}
    await home.peer.say(document=enclosed, caption="this is the crack")
    await home.until_shown(told)
    assert (await home.record())[0].attachments == ()
    assert (await home.heard())[0].startswith("this is the crack\n(sent a.png, which is not here:")
    await home.until_shown("You said: this is the crack")


async def test_of_hundreds_of_files_at_once_only_some_are_fetched_and_none_is_left_over(home: TelegramHouse) -> None:
    file_id = await home.peer.file(PNG)
    document = {"file_id": file_id, "file_unique_id": "1", "file_name": "a.png"}
    await asyncio.gather(*(home.peer.say(document=document, caption=f"file number {n}") for n in range(60)))
    with_file = [one for one in await home.record() if one.attachments]
    assert 10 <= len(with_file) <= 40  # by how long the sixty took
    assert len(with_file) <= len(await home.peer.calls("getFile")) < 60
    async with home.house.front.database.read() as tx:
        kept = (await tx.execute(select(func.count()).select_from(t.file))).scalar_one()
    assert kept == len(with_file)


async def test_a_slow_file_holds_up_its_own_conversation_only_and_for_a_few_seconds(
    home: TelegramHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.house.front.telegram is not None
    monkeypatch.setattr(home.house.front.telegram._intake._fetch, "_seconds", 1.5)
    slow = {"file_id": await home.peer.file(PNG, slow=30), "file_unique_id": "1", "file_name": "a.png"}
    sending = asyncio.create_task(home.peer.say(document=slow, caption="this is the crack"))
    await asyncio.sleep(0.3)
    after = asyncio.create_task(home.peer.say("did you get it all?"))
    await home.peer.say("hello from Ben here", BEN)
    assert not sending.done() and not after.done()
    await asyncio.gather(sending, after)
    assert [text.partition("\n")[0] for text in await home.heard()] == ["this is the crack", "did you get it all?"]


async def test_a_thousand_updates_of_one_contact_are_told_off_and_starve_nobody(either: TelegramHouse) -> None:
    await asyncio.gather(*(either.peer.say(f"this is message number {n}") for n in range(1000)))
    await either.peer.say("hello from Ben here", BEN)
    await either.until_shown("You said: hello from Ben here", BEN, seconds=60)

    async def told() -> list[str]:
        return [m.text for m in await either.record() if m.sender is Sender.SYSTEM and "faster" in m.text]

    warnings, kept = len(await either.until(told)), len(await either.heard())
    assert 30 <= kept < 200
    assert warnings <= 1 + kept - 30  # once, and again after something was kept


async def test_a_flood_of_edits_is_refused_as_one_of_messages(home: TelegramHouse) -> None:
    sent = await home.peer.say("these are the first words")
    await home.until_shown("You said: these are the first words")
    await asyncio.gather(*(home.peer.edit(sent, f"these are the words number {n}", at=n) for n in range(60)))

    async def told() -> list[str]:
        return [m.text for m in await home.record() if m.sender is Sender.SYSTEM and "faster" in m.text]

    assert await home.until(told)
