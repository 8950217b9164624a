"""What the app said to a contact who has everything erased goes out of Slack, as far as Slack lets an app do that."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import delete, func, select

from bot.channels.slack.later import SLACK_FILES
from conversations.erasure import Erasure
from conversations.model import Attachment, Outbound, Sender
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.erasing import Report
from conversations.store.work import schedule
from frontdesk.contacts import ELSEWHERE
from tests.scripted_engine import understood
from tests.slack.conftest import words
from tests.slack_contacts.conftest import CARLA, DAN, TOWN, Contacts
from tests.slack_stand_in import contacts as stand_in

LAST = "It is being erased now"


async def erased(home: Contacts, person: str = CARLA) -> Report:
    """As the command line does."""
    front, c = home.house.front, t.identity.c
    async with front.database.read() as tx:
        whose = select(c.contact_id).where(c.native_id == f"{home.slack.team}/{person}")
        contact_id = (await tx.execute(whose)).scalar_one()
    erasure = Erasure(front.database, front.blobs, front.settings.secret_key, ELSEWHERE)
    report = await erasure.erase(contact_id)
    assert report is not None
    return report


async def nothing_left_to_do(home: Contacts) -> None:
    async def left() -> int:
        async with home.house.front.database.read() as tx:
            work = select(func.count()).where(t.work.c.kind == "take_back")
            return int((await tx.execute(select(func.count()).select_from(t.posted))).scalar_one()) + int(
                (await tx.execute(work)).scalar_one()
            )

    async with asyncio.timeout(15):
        while await left():
            await asyncio.sleep(0.02)


async def in_a_thread(home: Contacts) -> str:
    """A general answer in a channel's thread, then one that moved to the direct message; returns the thread."""
    home.engine.answer("when are you open?", "Nine to five.", understood("store_hours"))
    home.engine.answer("where is my order?", "Which order is it?", understood("order_status"))
    act = await home.mention("when are you open?")
    await home.until(lambda: home.thread(act.ts))
    await home.mention("where is my order?", thread=act.ts)
    await home.until(lambda: "Which order is it?" in home.told())
    place = f"slack:{home.slack.team}/{TOWN}/{act.ts}/{CARLA}"
    await home.until_recorded(lambda found: all(one.status != "sending" for one in found), place)
    return act.ts


async def settled(home: Contacts) -> None:
    await home.until_recorded(
        lambda found: found and all(one.status not in {"pending", "sending"} for one in found), home.id_of()
    )


async def test_what_the_app_said_goes_from_direct_message_and_thread_and_what_others_were_told_stays(
    home: Contacts,
) -> None:
    thread = await in_a_thread(home)
    await home.mention("when are you open?", DAN, thread=thread)
    await home.until(lambda: len(home.thread(thread)) == 3)
    await home.write("hello to you all", DAN)
    await home.until(lambda: home.direct(DAN))
    assert len(home.thread(thread)) == 3, "two answers, and the sentence that it goes on directly"
    await erased(home)
    await home.until(lambda: not home.direct() and len(home.thread(thread)) == 1)
    await nothing_left_to_do(home)
    assert home.direct(DAN) and words(home.thread(thread)[0]) == "Nine to five."


async def test_files_of_ours_go_too(home: Contacts) -> None:
    await home.write("hello to you all")
    await settled(home)
    blobs = home.house.front.blobs

    async def content() -> Any:
        yield b"%PDF-1.4 a label"

    file_id, size = await blobs.put(content(), 1000)
    said = Outbound(
        Sender.AGENT, "Your label", "Ana", attachments=(Attachment(file_id, "label.pdf", "application/pdf", size),)
    )
    async with home.house.front.database.write() as tx:
        await conversations.say(tx, home.id_of(), 1, [said])
    await home.until(lambda: any(post.files for post in home.direct()))
    await settled(home)
    await erased(home)
    await home.until(lambda: not home.direct())
    await home.until(lambda: home.slack.called("files.delete"))


async def test_the_sentence_that_tells_of_the_erasure_stays_alone(home: Contacts) -> None:
    await stand_in.command(home.slack, CARLA, "privacy", TOWN)
    offer = (await home.until(home.direct))[-1]
    await home.press(offer, "Erase me")
    await home.until(lambda: "erases everything that is kept" in home.told())
    await home.press(home.direct()[-1], "Yes, erase everything")
    await home.until(lambda: LAST in home.told())
    await home.until(lambda: len(home.direct()) == 1)
    await nothing_left_to_do(home)
    assert words(home.direct()[0]).startswith(LAST)


async def test_while_slack_is_away_the_posts_wait_and_the_record_is_erased(home: Contacts) -> None:
    await home.write("hello to you all")
    await settled(home)
    home.slack.fail("chat.delete", "ratelimited", retry_after=1)
    home.slack.fail("chat.delete", "internal_error")
    await erased(home)
    assert await home.record(home.id_of()) == []
    await home.until(lambda: not home.direct(), seconds=30)
    await nothing_left_to_do(home)


async def test_what_slack_refuses_to_delete_does_not_keep_the_rest(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.write("and to you, too")
    await home.until(lambda: len(home.direct()) == 2)
    await settled(home)
    home.slack.fail("chat.delete", "compliance_exports_prevent_deletion")
    await erased(home)
    await nothing_left_to_do(home)
    assert len(home.direct()) == 1


async def test_what_they_wrote_themselves_is_counted_with_its_place(home: Contacts) -> None:
    await home.write("hello to you all")
    await home.write("and to you, too")
    await home.until(lambda: len(home.direct()) == 2)
    await settled(home)
    report = await erased(home)
    assert report.left == (
        f"What they wrote themselves stays in {home.id_of()} (2 messages): it is theirs to delete there.",
    )


async def test_what_goes_out_while_it_is_erased_is_taken_back_as_well(home: Contacts) -> None:
    await home.write("hello to you all")
    await settled(home)
    home.slack.fail("chat.postMessage", "ratelimited", retry_after=1)
    front = home.house.front

    channel = front.slack_contacts.channel if front.slack_contacts else None
    assert channel is not None
    send = channel.send

    async def erased_meanwhile(message: Any) -> str:
        vendor_id = await send(message)
        async with front.database.write() as tx:
            await tx.execute(delete(t.work).where(t.work.c.kind == "turn"))
        await erased(home)
        return vendor_id

    channel.send = erased_meanwhile  # type: ignore[method-assign] # the erasure comes between post and note
    await home.write("and to you, too")
    await home.until(lambda: home.slack.called("chat.delete") and not home.direct(), seconds=30)
    await nothing_left_to_do(home)


async def test_what_still_waits_for_its_files_is_forgotten_too(home: Contacts) -> None:
    await home.write("hello to you all")
    await settled(home)
    async with home.house.front.database.write() as tx:
        await schedule(tx, SLACK_FILES, f"{home.id_of()} D1 1712.3 - -", 60.0)
    await erased(home)
    async with home.house.front.database.read() as tx:
        waiting = select(func.count()).where(t.work.c.kind == SLACK_FILES)
        assert (await tx.execute(waiting)).scalar_one() == 0
