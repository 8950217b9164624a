"""Work is found whoever wrote it down, and events reach each listener in order, at least once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import update

from conversations import events, jobs
from conversations.listeners import Listeners
from conversations.model import InboundKind, InboundMessage
from conversations.store import conversations
from conversations.store import events as store
from conversations.store import tables as t
from conversations.store.database import Database
from conversations.store.work import schedule
from tests.front import House


async def test_the_sweep_finds_work_that_another_process_wrote_down(home: House, database_url: str) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    async with home.front.database.read() as tx:
        from sqlalchemy import select

        from conversations.store import tables as t

        place = str((await tx.execute(select(t.conversation.c.id))).scalars().one())
    other = Database(database_url)
    async with other.write() as tx:
        held = await conversations.get(tx, place, lock=True)
        assert held is not None
        inbound = InboundMessage(place, "web", "x", InboundKind.SAID, text="two")
        await conversations.add_inbound(tx, held, inbound, "two")
        await schedule(tx, "turn", place)
    await other.close()
    await browser.until_said("bot", "You said: two")


@dataclass
class Diary:
    """A listener that writes down what it heard, and stumbles where it is told to."""

    name: str
    heard: list[tuple[int, events.Event]] = field(default_factory=list)
    stumbles: int = 0

    async def on(self, event_id: int, event: events.Event) -> None:
        self.heard.append((event_id, event))
        if self.stumbles:
            self.stumbles -= 1
            raise RuntimeError("stumbled")


async def test_each_listener_hears_every_event_in_order_and_a_stumble_brings_it_again(database: Database) -> None:
    first, second = Diary("first"), Diary("second", stumbles=1)
    listeners = Listeners(database, [first, second])
    for stars in (1, 2, 3):
        async with database.write() as tx:
            await store.record(tx, "web:a", events.SurveyAnswered("web:a", 1, stars))

    async def hear() -> None:
        if (end := await listeners("web:a")) is not None:
            async with database.write() as tx:
                await end.write(tx)

    with pytest.raises(RuntimeError):
        await hear()
    await hear()
    await hear()
    assert [event.stars for _, event in first.heard] == [1, 2, 3]  # type: ignore[attr-defined] # SurveyAnswered
    assert [event.stars for _, event in second.heard] == [1, 1, 2, 3]  # type: ignore[attr-defined] # SurveyAnswered


async def test_an_event_of_an_unknown_version_is_set_aside_and_the_next_is_heard(database: Database) -> None:
    from sqlalchemy import insert

    from conversations.store import tables as t
    from conversations.store.database import now

    diary = Diary("diary")
    async with database.write() as tx:
        for kind, version, payload in (("from_the_future", 9, {}), ("survey_answered", 1, {"garbage": True})):
            await tx.execute(
                insert(t.event).values(conversation_id="web:a", kind=kind, version=version, payload=payload, at=now())
            )
        await store.record(tx, "web:a", events.SurveyAnswered("web:a", 1, 5))
    await Listeners(database, [diary])("web:a")
    assert [event for _, event in diary.heard] == [events.SurveyAnswered("web:a", 1, 5)]


async def test_a_conversation_that_cannot_be_worked_on_goes_to_a_person(home: House) -> None:
    browser = await home.browser()
    await browser.say("one")
    await browser.until_said("bot", "one")
    place = home.engine.asked[0].conversation_id
    home.engine.hold.clear()
    await browser.say("two")
    await browser.until(lambda: len(home.engine.asked) == 2)
    async with home.front.database.write() as tx:
        await tx.execute(update(t.work).where(t.work.c.kind == "turn", t.work.c.key == place).values(set_aside=True))
    await browser.until(lambda: browser.state["owner"] == "queue")
    home.engine.hold.set()
    await asyncio.sleep(0.3)
    assert "You said: two" not in browser.texts("bot")


async def test_a_worker_s_lease_is_renewed_while_it_works(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEASE", 0.4)
    monkeypatch.setattr(jobs, "_RENEW", 0.1)
    home.engine.hold.clear()
    browser = await home.browser()
    await browser.say("slow")
    await browser.until(lambda: len(home.engine.asked) == 1)
    await asyncio.sleep(1.5)
    home.engine.hold.set()
    await browser.until_said("bot", "You said: slow")
    assert len(home.engine.asked) == 1
