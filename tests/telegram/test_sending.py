"""What is sent to Telegram: each message once, in order, in Telegram's own form, whatever Telegram answers."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest

from bot.engine.wire import Button, Reply, TurnResult
from conversations.model import Attachment, Outbound, Sender, Status
from conversations.store import conversations, revising
from tests.channels.telegram_contact import telegram_house
from tests.conftest import free_port
from tests.front import Agent
from tests.scripted_engine import MODEL, understood
from tests.telegram.conftest import TelegramHouse
from tests.telegram.peer import ANNA, telegram_peer
from vendors.telegram import api

PLACE = f"telegram:{ANNA}"
LABEL = b"\x89PNG\r\n\x1a\n" + bytes(50)


async def says(home: TelegramHouse, *said: Outbound) -> list[int]:
    """Something is said to Anna, who has written before."""
    async with home.house.front.database.write() as tx:
        held = await conversations.get(tx, PLACE)
        assert held is not None
        return await conversations.say(tx, PLACE, held.episode, said)


async def revised(home: TelegramHouse, number: int, text: str | None) -> None:
    async with home.house.front.database.write() as tx:
        assert await revising.revise(tx, PLACE, number, text, await conversations.clock(tx))


async def met(home: TelegramHouse) -> None:
    await home.peer.say("hello to all of you")
    await home.until_shown("You said: hello to all of you")


async def claimed(home: TelegramHouse) -> tuple[Agent, str]:
    await home.peer.say("/human")
    agent = await home.house.agent("Ana Lopes")
    waiting = await home.until(agent.waiting)
    await agent.act(waiting[0]["id"], "claim")
    return agent, waiting[0]["id"]


async def until_status(home: TelegramHouse, *statuses: Status) -> None:
    async def so() -> bool:
        return (await home.statuses())[-len(statuses) :] == list(statuses)

    await home.until(so)


async def test_a_busy_telegram_is_asked_again_when_it_says(home: TelegramHouse) -> None:
    await met(home)
    await home.peer.fault("sendMessage", status=429, description="Too Many Requests", parameters={"retry_after": 2})
    await home.peer.say("where is my parcel?")
    await home.until_shown("You said: where is my parcel?")
    calls = [call["at"] for call in await home.peer.calls("sendMessage")]
    assert len(calls) == 3 and calls[2] - calls[1] >= 1900

    async def both_sent() -> bool:
        return await home.statuses() == [Status.SENT, Status.SENT]

    await home.until(both_sent)  # the vendor shows it before it is noted


@pytest.mark.parametrize(
    ("status", "description"),
    [
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
        (400, "Bad Request: chat not found"),
        (401, "Unauthorized"),
        (404, "Not Found"),
    ],
)
async def test_what_will_never_be_taken_has_failed_and_says_why(
    home: TelegramHouse, status: int, description: str
) -> None:
    await met(home)
    await home.peer.fault("sendMessage", status=status, description=description)
    await home.peer.say("where is my parcel?")
    await until_status(home, Status.SENT, Status.FAILED)
    await home.peer.say("and when does it come?")
    await home.until_shown("You said: and when does it come?")
    assert len(await home.peer.texts()) == 2


@pytest.mark.parametrize(
    "fault", [{"cut": True}, {"cut": True, "done": True}, {"status": 502}, {"status": 500, "done": True}], ids=str
)
async def test_a_send_without_an_answer_is_not_repeated_and_the_next_says_so(
    home: TelegramHouse, fault: dict[str, Any]
) -> None:
    await met(home)
    await home.peer.fault("sendMessage", **fault)
    await home.peer.say("where is my parcel?")
    await until_status(home, Status.SENT, Status.UNKNOWN)
    await home.peer.say("and when does it come?")
    await home.until_shown("You said: and when does it come?")
    texts = await home.peer.texts()
    assert sum("where is my parcel" in text for text in texts) == int(bool(fault.get("done")))
    assert texts[-1] == "My last message may not have reached you.\n\nYou said: and when does it come?"
    await home.peer.say("is anybody there?")
    await home.until_shown("You said: is anybody there?")
    assert (await home.peer.texts())[-1] == "You said: is anybody there?"


async def test_a_send_that_times_out_is_not_repeated(
    tmp_path: Path, database_url: str, redis_url: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "CALL_SECONDS", 1.0)
    async with telegram_peer() as peer, telegram_house(peer, tmp_path, database_url, redis_url) as built:
        home = TelegramHouse(built, peer)
        await peer.fault("sendMessage", hang=True, done=True)
        await peer.say("where is my parcel?")
        await until_status(home, Status.UNKNOWN)
        await asyncio.sleep(1)
        assert len(await peer.calls("sendMessage")) == 1


async def test_what_was_never_sent_is_sent_when_telegram_is_back(
    tmp_path: Path, database_url: str, redis_url: str | None
) -> None:
    async with contextlib.AsyncExitStack() as lasting:
        async with telegram_peer(port := free_port()) as peer:
            built = await lasting.enter_async_context(telegram_house(peer, tmp_path, database_url, redis_url))
            await met(home := TelegramHouse(built, peer))
        await says(home, Outbound(Sender.BOT, "Your parcel is here."))
        await asyncio.sleep(1.5)
        assert (await home.statuses())[-1] in {Status.PENDING, Status.SENDING}
        home.peer = await lasting.enter_async_context(telegram_peer(port))
        await home.until_shown("Your parcel is here.")
        assert await home.peer.texts() == ["Your parcel is here."]


async def test_a_long_text_that_stops_half_way_goes_on_where_it_stopped(home: TelegramHouse) -> None:
    await met(home)
    long = " ".join(f"This is sentence number {n}." for n in range(400))
    await home.peer.fault("sendMessage", status=429, description="x", parameters={"retry_after": 1}, nth=2)
    await says(home, Outbound(Sender.BOT, long))
    await home.until_shown("number 399.")
    await until_status(home, Status.SENT, Status.SENT)
    assert " ".join(" ".join((await home.peer.texts())[1:]).split()) == long
    last = (await home.record())[-1]
    assert (last.vendor_id or "").count(",") == len(await home.peer.texts()) - 2


async def test_an_answer_to_what_is_no_longer_the_last_word_replies_to_it(home: TelegramHouse) -> None:
    home.house.engine.hold.clear()
    first = await home.peer.say("where is my parcel today?")
    await asyncio.sleep(0.3)
    await home.peer.say("and where is the other one?")
    home.house.engine.hold.set()
    await home.until_shown("and where is the other one?")
    shown = await home.peer.messages()
    assert shown[0].reply_to == first
    assert shown[-1].reply_to is None


async def test_a_press_is_answered_and_its_buttons_make_way(either: TelegramHouse) -> None:
    choices = Button("Yes", "/affirm"), Button("No", "/deny")
    either.house.engine.answer("shall we do it?", "Shall we?", understood("greet"), *choices)
    await either.peer.say("shall we do it?")
    await either.until_shown("Shall we?")
    await either.peer.press("No")
    shown = await either.until_shown("Shall we?\n\n✓ No")
    assert shown[0].buttons == ()
    await either.until_shown("You said: /deny")
    assert len(await either.peer.calls("answerCallbackQuery")) == 1


async def test_a_picture_is_shown_and_one_that_telegram_cannot_fetch_is_a_link(home: TelegramHouse) -> None:
    await met(home)
    good, broken = "https://shop.example/pan.jpg", "https://shop.example/broken.jpg"
    await says(home, Outbound(Sender.BOT, "The pan", image=good), Outbound(Sender.BOT, "Another", image=broken))
    await home.until_shown("Another")
    shown = [(one.text, (one.file or {}).get("url")) for one in await home.peer.messages()][1:]
    assert shown == [("", good), ("The pan", None), (broken, None), ("Another", None)]


async def test_an_agent_s_words_bear_their_name_and_follow_their_edits(home: TelegramHouse) -> None:
    agent, handoff = await claimed(home)
    await agent.reply(handoff, "It left us yesterday.")
    (shown,) = await home.until_shown("It left us yesterday.")
    assert (shown.text, shown.bold) == ("Ana Lopes\nIt left us yesterday.", "Ana Lopes")
    number = (await home.record())[-1].number
    await until_status(home, Status.SENT)
    await revised(home, number, "It left us today.")
    (shown,) = await home.until_shown("It left us today.")
    assert shown.bold == "Ana Lopes"
    await revised(home, number, None)

    async def gone() -> bool:
        return not any("left us" in text for text in await home.peer.texts())

    await home.until(gone)


async def test_what_is_too_old_to_be_deleted_loses_its_words(home: TelegramHouse) -> None:
    await met(home)
    (number,) = await says(home, Outbound(Sender.AGENT, "My own number is 1.", name="Ana"))
    await home.until_shown("My own number is 1.")
    await until_status(home, Status.SENT)
    await home.peer.fault("deleteMessage", status=400, description="Bad Request: message can't be deleted for everyone")
    await revised(home, number, None)
    await home.until_shown("(This message was taken back.)")
    assert not any("My own number" in text for text in await home.peer.texts())


async def test_an_edit_to_fewer_or_more_words_keeps_to_the_messages_there_are(home: TelegramHouse) -> None:
    await met(home)
    long = "A sentence like any other. " * 200
    (number,) = await says(home, Outbound(Sender.AGENT, long, name="Ana"))
    await until_status(home, Status.SENT)
    assert len(await home.peer.texts()) == 3
    await revised(home, number, "Short.")
    await home.until_shown("Ana\nShort.")

    async def one_left() -> bool:
        return len(await home.peer.texts()) == 2

    await home.until(one_left)
    await revised(home, number, long)
    (shown,) = await home.until_shown("A sentence like any other.")
    assert shown.text.endswith("…") and len(shown.text) <= 4096


async def test_files_of_ours_go_as_pictures_and_documents_and_none_that_is_too_large(
    home: TelegramHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await met(home)

    async def content() -> Any:
        yield LABEL

    file_id, size = await home.house.front.blobs.put(content(), 1000)
    other_id, _ = await home.house.front.blobs.put(content(), 1000)
    files = (
        Attachment(file_id, "label.png", "image/png", size),
        Attachment(other_id, "bill.pdf", "application/pdf", size),
        Attachment("0" * 32, "film.mp4", "video/mp4", api.UPLOAD_LIMIT + 1),
    )
    await says(home, Outbound(Sender.AGENT, "Here they are.", name="Ana", attachments=files))
    await home.until_shown("The file film.mp4 is larger than 50 MB")
    shown = (await home.peer.messages())[1:]
    assert [(one.file or {}).get("name") for one in shown] == [None, "label.png", "bill.pdf", None]
    assert await home.peer.sent_file(shown[1]) == LABEL
    assert len(await home.peer.calls("sendPhoto")) == 1


async def test_what_telegram_takes_for_no_picture_goes_as_a_document(home: TelegramHouse) -> None:
    await met(home)

    async def content() -> Any:
        yield LABEL

    file_id, size = await home.house.front.blobs.put(content(), 1000)
    await home.peer.fault("sendPhoto", status=400, description="Bad Request: PHOTO_INVALID_DIMENSIONS")
    await says(
        home, Outbound(Sender.AGENT, "", name="Ana", attachments=(Attachment(file_id, "a.png", "image/png", size),))
    )
    (shown,) = await home.until_shown("Ana")
    assert shown.bold == "Ana" and await home.peer.sent_file(shown) == LABEL


async def test_the_contact_sees_that_an_answer_is_being_written(home: TelegramHouse) -> None:
    await met(home)
    home.house.engine.hold.clear()
    await home.peer.say("where is my parcel?")

    async def typing() -> list[dict[str, Any]]:
        return await home.peer.calls("sendChatAction")

    calls = await home.until(typing)
    assert {(call["chat_id"], call["action"]) for call in calls} == {(str(ANNA), "typing")}
    home.house.engine.hold.set()


async def test_a_contact_sees_that_an_agent_is_writing(home: TelegramHouse) -> None:
    agent, handoff = await claimed(home)
    before = len(await home.peer.calls("sendChatAction"))
    other = await home.house.agent("Ben")
    await home.house.front.parts.typing(other.who, handoff)  # who does not hold it writes to nobody
    await agent.act(handoff, "typing", expect=204)

    async def shown() -> list[dict[str, Any]]:
        """Who writes on is said to write on; what is shown already is not asked for again."""
        await home.house.front.parts.typing(agent.who, handoff)
        return (await home.peer.calls("sendChatAction"))[before:]

    assert [(call["chat_id"], call["action"]) for call in await home.until(shown)] == [(str(ANNA), "typing")]


async def test_odd_texts_arrive_the_same_once(home: TelegramHouse) -> None:
    agent, handoff = await claimed(home)
    odd = ["<b>x</b> &amp; <script>", "_x_ *y* `z` [a](b) \\", "🍍👩‍👩‍👧‍👦 ‏שלום‏", "1 < 2 > 0 & so on"]
    for text in odd:
        await agent.reply(handoff, text)
    await home.until_shown(odd[-1])
    shown = [text.removeprefix("Ana Lopes\n") for text in await home.peer.texts() if text.startswith("Ana Lopes\n")]
    assert shown == odd


async def test_turns_with_several_replies_keep_their_order(home: TelegramHouse) -> None:
    replies = tuple(Reply(f"This is line {n}.") for n in range(5))
    home.house.engine.answers["tell me in lines"] = TurnResult(
        MODEL, understood("greet"), replies=replies, state={"n": 1}
    )
    await home.peer.say("tell me in lines")
    await home.until_shown("This is line 4.")
    assert await home.peer.texts() == [f"This is line {n}." for n in range(5)]
