"""Past messages that a candidate is tried on, and the labels that contacts gave by pressing what they meant."""

from __future__ import annotations

from typing import Any

from bot.content.evidence import Labelled, Past
from bot.content.past import past_messages, pressed
from conversations.handoff import Reason, ReasonKind
from conversations.model import InboundKind, InboundMessage
from conversations.store import conversations, handoffs, turns
from conversations.store.database import Database

ASKED = Reason(ReasonKind.ASKED, "“a person, please”", 2, 1)
PARSE = {"intent": "hours", "confidence": 0.9, "understood": True}


async def said(database: Database, text: str, place: str = "web:a", parse: Any = PARSE, **more: Any) -> None:
    """A message and the turn that answered it."""
    message = InboundMessage(place, "web", place[4:], InboundKind.SAID, text=text)
    async with database.write() as tx:
        held = await conversations.open_for(tx, message)
        number = await conversations.add_inbound(tx, held, message, text)
        given = {"first": number, "through": number, "model": "m", "parse": parse, "failed": None, **more}
        await turns.record(tx, place, held.episode, **given)


async def past(database: Database, most: int = 10) -> list[Past]:
    async with database.read() as tx:
        return await past_messages(tx, most)


async def test_past_messages_are_the_latest_each_text_once_and_masked(database: Database) -> None:
    personal = {**PARSE, "personal": [{"kind": "name", "start": 5, "end": 8}]}
    await said(database, "first")
    await said(database, "I am Ann", parse=personal)
    await said(database, "again", place="web:b")
    await said(database, "again", place="web:c")
    found = await past(database)
    assert {one.text: one.shown for one in found} == {"again": "again", "I am Ann": "I am [name]", "first": "first"}
    assert len(await past(database, 2)) == 2


async def test_what_answered_a_form_and_what_failed_is_no_question_to_try(database: Database) -> None:
    await said(database, "PC-10452", in_form=True)
    await said(database, "broken", parse=None)
    assert await past(database) == []


async def test_a_message_after_which_a_person_came_is_marked(database: Database) -> None:
    await said(database, "gift wrapping?")
    await said(database, "when are you open", place="web:b")
    async with database.write() as tx:
        held = await conversations.get(tx, "web:a")
        assert held is not None
        await handoffs.create(tx, held, [ASKED], "support")
    assert {one.text: one.escalated for one in await past(database)} == {
        "gift wrapping?": True,
        "when are you open": False,
    }


async def test_a_pressed_clarification_is_a_label_of_the_message_that_was_in_doubt(database: Database) -> None:
    await said(database, "about the hours of my parcel", parse={**PARSE, "scope": "grey", "understood": False})
    await said(database, "Opening hours", parse={**PARSE, "clarifies": 1})
    async with database.read() as tx:
        assert list(await pressed(tx)) == [Labelled("about the hours of my parcel", "hours")]
