"""What the bot said to a contact who has everything erased goes out of Telegram, as far as Telegram lets it."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, update

from conversations.erasure import Erasure
from conversations.model import Outbound, Sender, Status
from conversations.store import tables as t
from conversations.store.database import now
from conversations.store.erasing import Report
from frontdesk.contacts import ELSEWHERE
from tests.telegram.conftest import TelegramHouse
from tests.telegram.peer import ANNA, BEN, GROUP
from tests.telegram.test_groups import MOVED, ask, knows
from tests.telegram.test_sending import PLACE, met, says, until_status

LAST = "It is being erased now"
DAY = 86_400.0


async def erased(home: TelegramHouse, person: int = ANNA) -> Report:
    """As the command line does."""
    front, c = home.house.front, t.identity.c
    async with front.database.read() as tx:
        contact_id = (await tx.execute(select(c.contact_id).where(c.native_id == str(person)))).scalar_one()
    erasure = Erasure(front.database, front.blobs, front.settings.secret_key, ELSEWHERE)
    report = await erasure.erase(contact_id)
    assert report is not None
    return report


async def nothing_left_to_do(home: TelegramHouse) -> None:
    posted = select(func.count()).select_from(t.posted)
    work = select(func.count()).where(t.work.c.kind == "take_back")
    async with asyncio.timeout(20):
        while True:
            async with home.house.front.database.read() as tx:
                left = [(await tx.execute(statement)).scalar_one() for statement in (posted, work)]
            if left == [0, 0]:
                return
            await asyncio.sleep(0.02)


async def settled(home: TelegramHouse, place: str = PLACE) -> None:
    async def so() -> bool:
        return not {Status.PENDING, Status.SENDING} & set(await home.statuses(place))

    await home.until(so)


async def test_what_the_bot_said_goes_from_the_private_chat(home: TelegramHouse) -> None:
    await met(home)
    await home.peer.say("hello, I am Ben", BEN)
    await home.until_shown("You said: hello, I am Ben", BEN)
    await settled(home)
    await erased(home)
    await nothing_left_to_do(home)
    assert await home.peer.texts() == []
    assert await home.peer.texts(BEN) == ["You said: hello, I am Ben"]


async def test_the_sentence_that_tells_of_the_erasure_stays_alone(home: TelegramHouse) -> None:
    await home.peer.say("/privacy")
    await home.until(home.peer.texts)
    await home.peer.press("Erase me")
    await home.until_shown("erases everything that is kept")
    await home.peer.press("Yes, erase everything")
    await home.until_shown(LAST)

    async def alone() -> bool:
        return len(await home.peer.texts()) == 1

    await home.until(alone)
    await nothing_left_to_do(home)
    assert (await home.peer.texts())[0].startswith(LAST)


async def test_what_stands_in_a_group_goes_too_with_the_link_to_the_private_chat(home: TelegramHouse) -> None:
    knows(home)
    await ask(home, "when are you open?")
    await home.until_shown("Nine to five.", GROUP)
    await ask(home, "where is my order?")
    await home.until_shown("It is on its way.", ANNA)
    await home.until_shown(MOVED, GROUP)
    await settled(home, f"telegram:{GROUP}/{ANNA}")

    async def linked() -> bool:
        return any((one.vendor_id or "").count("l") for one in await home.record(f"telegram:{GROUP}/{ANNA}"))

    await home.until(linked)
    await erased(home)
    await nothing_left_to_do(home)
    assert await home.peer.texts(GROUP) == await home.peer.texts(ANNA) == []


async def test_what_is_older_than_telegram_deletes_loses_its_words_and_is_counted_with_its_place(
    home: TelegramHouse,
) -> None:
    await met(home)
    await settled(home)
    c = t.message.c
    async with home.house.front.database.write() as tx:
        await tx.execute(update(t.message).where(c.sender != Sender.CONTACT).values(at=now() - 3 * DAY))
    await home.peer.fault("deleteMessage", status=400, description="Bad Request: message can't be deleted for everyone")
    report = await erased(home)
    await nothing_left_to_do(home)
    assert await home.peer.texts() == ["(This message was taken back.)"]
    theirs, old = report.left
    assert theirs == f"What they wrote themselves stays in {PLACE} (1 message): it is theirs to delete there."
    assert old.startswith("Telegram lets a bot delete only what it sent in the last 48 hours: of 1 message of ours in ")
    assert PLACE in old


async def test_while_telegram_is_away_the_messages_wait(home: TelegramHouse) -> None:
    await met(home)
    await settled(home)
    await home.peer.fault("deleteMessage", status=502, description="Bad Gateway")
    await home.peer.fault("deleteMessage", status=429, description="Too Many", parameters={"retry_after": 1})
    await erased(home)
    assert await home.record() == []

    async def gone() -> bool:
        return await home.peer.texts() == []

    await home.until(gone, seconds=40)
    await nothing_left_to_do(home)


async def test_a_picture_that_stays_does_not_keep_the_rest(home: TelegramHouse) -> None:
    await met(home)
    await says(home, Outbound(Sender.AGENT, "My own number is 1.", name="Ana"))
    await until_status(home, Status.SENT)
    await settled(home)
    for method in ("deleteMessage", "editMessageText"):
        await home.peer.fault(method, status=400, description="Bad Request: there is no text in the message to edit")
    await erased(home)
    await nothing_left_to_do(home)
    assert len(await home.peer.texts()) == 1
