"""A contact is erased whose handoff stands in Slack: what we posted goes, what people wrote is told."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import select, update

from conversations.erasure import Erasure
from conversations.store import contacts, tables
from conversations.store.database import Database, now
from conversations.store.erasing import TOLD
from escalation.adapters.slack.erasing import SLACK_ERASE
from escalation.adapters.slack.watching import SLACK_CARD
from escalation.tables import slack_card
from frontdesk.contacts import ELSEWHERE
from tests.front import Browser
from tests.slack.conftest import ANA, SlackHouse, words
from tests.slack.test_files import contact_sends, conversation_of
from tests.slack_stand_in import CHANNEL, Message

CANARY = "canary7f3a"


async def with_all(home: SlackHouse) -> tuple[Browser, Message]:
    """A contact who sent a text and a file, and Ana, who holds the handoff and wrote a reply and a note in Slack."""
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    await browser.say(f"{CANARY} broke")
    await browser.until(lambda: bool(browser.texts("bot")))
    card = await home.claimed(browser)
    async with home.house.front.database.read() as tx:
        handoff_id = (await tx.execute(select(tables.handoff.c.id))).scalar_one()
    await contact_sends(
        home, await conversation_of(home, handoff_id), (f"{CANARY}.png", b"\x89PNG\r\n\x1a\n" + b"x" * 9)
    )
    await browser.say(f"{CANARY}, again")
    await home.until(lambda: f"{CANARY}, again" in home.said(card))
    await home.until(lambda: any(post.files for post in home.thread(card)))
    await home.slack.write(ANA, CHANNEL, "I am looking into it", card.ts)
    await browser.until_said("agent", "I am looking into it")
    await home.slack.write(ANA, CHANNEL, "// upset, I think", card.ts)
    return browser, card


async def erased(home: SlackHouse) -> Any:
    front = home.house.front
    async with front.database.read() as tx:
        contact_id = (await tx.execute(select(tables.identity.c.contact_id))).scalar_one()
        assert await contacts.find(tx, contact_id) == contact_id
    return await Erasure(front.database, front.blobs, front.settings.secret_key, ELSEWHERE).erase(contact_id)


async def rows_of(database: Database, statement: Any) -> list[Any]:
    async with database.read() as tx:
        return list((await tx.execute(statement)).all())


def ours(home: SlackHouse, card: Message) -> list[str]:
    return [f"{words(post)} {post.text} {post.files}" for post in home.slack.posts(CHANNEL, card.ts)]


async def test_the_card_says_that_the_contact_was_erased_and_our_posts_and_files_are_gone(home: SlackHouse) -> None:
    _, card = await with_all(home)
    report = await erased(home)
    await home.until(lambda: words(card) == TOLD)
    await home.until(lambda: any("please do" in line for line in ours(home, card)))
    assert len(ours(home, card)) == 1 and not home.slack.files
    assert CANARY not in str([card.text, card.blocks, ours(home, card)])
    assert any("2 of agents stay in the thread" in sentence for sentence in report.left), report.left
    left = [post.text for post in home.slack.thread(CHANNEL, card.ts) if post.user == ANA]
    assert left == ["I am looking into it", "// upset, I think"]


async def test_while_slack_is_away_the_erasure_waits_for_it_and_the_record_does_not(home: SlackHouse) -> None:
    _, card = await with_all(home)
    home.slack.away = True
    await erased(home)
    async with home.house.front.database.read() as tx:
        assert (await tx.execute(select(tables.message))).all() == []
    home.slack.away = False
    await home.until(lambda: words(card) == TOLD)


async def test_it_is_looked_at_once_more_for_what_was_being_posted_meanwhile(home: SlackHouse) -> None:
    _, card = await with_all(home)
    await erased(home)
    await home.until(lambda: words(card) == TOLD)
    database, work = home.house.front.database, tables.work

    async def rows() -> tuple[int, int]:
        waits = select(work.c.key).where(work.c.kind == SLACK_ERASE, work.c.lease_until.is_(None))
        return len(await rows_of(database, waits)), len(await rows_of(database, select(slack_card)))

    async with asyncio.timeout(10):
        while await rows() != (1, 1):
            await asyncio.sleep(0.02)
    late = await home.house.front.slack.api.post(  # type: ignore[union-attr] # it has Slack
        CHANNEL, f"{CANARY}, late", [], delivery_id="lines:late", thread=card.ts
    )
    async with database.write() as tx:
        await tx.execute(update(work).where(work.c.kind == SLACK_ERASE).values(due_at=now()))
    await home.until(lambda: late not in [post.ts for post in home.slack.posts(CHANNEL, card.ts)])
    async with asyncio.timeout(10):
        while (await rows())[1]:
            await asyncio.sleep(0.02)


async def test_a_card_whose_post_was_lost_is_found_and_erased(home: SlackHouse) -> None:
    _, card = await with_all(home)
    database, work = home.house.front.database, tables.work
    async with asyncio.timeout(10):
        while await rows_of(database, select(work.c.key).where(work.c.kind == SLACK_CARD)):
            await asyncio.sleep(0.02)
    (handoff,) = await rows_of(database, select(slack_card.c.handoff_id))
    async with database.write() as tx:
        lost = {"ts": None, "posting": f"card:{handoff.handoff_id}", "posting_at": 0.0}
        await tx.execute(update(slack_card).values(lost))
    await erased(home)
    await home.until(lambda: words(card) == TOLD)


async def test_an_app_home_forgets_the_contact_too(home: SlackHouse) -> None:
    await home.hire("Ana", ANA)
    browser = await home.house.browser()
    await browser.say(f"{CANARY} broke")
    await browser.until(lambda: bool(browser.texts("bot")))
    await home.claimed(browser)
    await home.slack.open_home(ANA)
    await home.until(lambda: ANA in home.slack.homes and CANARY in str(home.slack.homes[ANA].view))
    await erased(home)
    await home.until(lambda: CANARY not in str(home.slack.homes[ANA].view), 30)
