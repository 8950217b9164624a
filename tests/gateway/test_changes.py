"""Edits, deletions, contacts who leave and come back, and floods: none of them is answered."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from msgspec import structs
from sqlalchemy import select

from bot.engine.wire import Reply, TurnResult, Wish
from conversations.model import Attachment, InboundKind, InboundMessage, Message
from conversations.store import conversations, tables
from tests.front import House
from tests.scripted_engine import MODEL, understood

PLACE = "telegram:4711"
FIRST = InboundMessage(PLACE, "telegram", "4711", InboundKind.SAID, text="where is my order?", native_key="m:1")
EDIT = replace(FIRST, kind=InboundKind.EDITED, text="where is PC-10045?", native_key="e:1:20", of="m:1", sent_at=20.0)


async def stored(home: House) -> list[Message]:
    async with home.front.database.read() as tx:
        return await conversations.messages(tx, PLACE)


async def answered(home: House, number: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with home.front.database.read() as tx:
                held = await conversations.get(tx, PLACE)
            if held is not None and held.settled_through >= number:
                return
            await asyncio.sleep(0.02)


async def kinds_of_events(home: House) -> list[str]:
    async with home.front.database.read() as tx:
        return list((await tx.execute(select(tables.event.c.kind).order_by(tables.event.c.id))).scalars())


async def test_an_edit_changes_the_record_and_is_not_answered_again(home: House) -> None:
    await home.front.receive(FIRST)
    await answered(home, 1)
    for _ in range(2):
        assert (await home.front.receive(EDIT)).number == 0
    await asyncio.sleep(0.3)
    first, *others = await stored(home)
    assert (first.text, first.edited_at) == ("where is PC-10045?", 20.0)
    assert [message.text for message in others] == ["You said: where is my order?"]


async def test_an_earlier_edit_that_comes_later_changes_nothing(home: House) -> None:
    await home.front.receive(FIRST)
    await home.front.receive(EDIT)
    await home.front.receive(replace(EDIT, text="an older wording", native_key="e:1:10", sent_at=10.0))
    assert (await stored(home))[0].text == "where is PC-10045?"


async def test_an_edit_that_comes_before_its_message_is_that_message(home: House) -> None:
    await home.front.receive(EDIT)
    await answered(home, 1)
    assert (await home.front.receive(FIRST)).repeated
    assert [m.text for m in await stored(home)] == ["where is PC-10045?", "You said: where is PC-10045?"]


async def test_a_file_that_comes_after_the_edit_of_its_message_is_kept(home: House) -> None:
    await home.front.receive(EDIT)
    await answered(home, 1)
    photo = Attachment("0" * 32, "pan.png", "image/png", 7)
    assert (await home.front.receive(replace(FIRST, attachments=(photo,)))).repeated
    assert (await stored(home))[0].attachments == (photo,)


async def test_what_was_taken_back_before_it_came_is_neither_kept_nor_answered(home: House) -> None:
    await home.front.receive(replace(FIRST, text="hello to all of you", native_key="m:0"))
    await answered(home, 1)
    await home.front.receive(replace(EDIT, kind=InboundKind.DELETED, text=""))
    await answered(home, 2)
    assert (await home.front.receive(FIRST)).repeated
    await asyncio.sleep(0.3)
    assert [m.text for m in await stored(home)] == ["hello to all of you", "You said: hello to all of you", ""]


async def test_files_of_what_was_deleted_are_nobody_s_any_more(home: House) -> None:
    photo = Attachment("0" * 32, "pan.png", "image/png", 7)
    await home.front.receive(replace(FIRST, attachments=(photo,)))
    await home.front.receive(replace(EDIT, kind=InboundKind.DELETED, text=""))
    async with home.front.database.read() as tx:
        assert (await tx.execute(select(tables.file.c.id))).all() == []


async def test_secrets_in_an_edit_are_masked(home: House) -> None:
    await home.front.receive(FIRST)
    await home.front.receive(replace(EDIT, text="my card is 4111 1111 1111 1111"))
    assert "4111" not in (await stored(home))[0].text


async def test_what_was_deleted_keeps_its_number_and_nothing_else(home: House) -> None:
    await home.front.receive(FIRST)
    await answered(home, 1)
    await home.front.receive(replace(EDIT, kind=InboundKind.DELETED, text=""))
    first = (await stored(home))[0]
    assert (first.number, first.text, first.deleted_at) == (1, "", 20.0)
    assert (await home.front.receive(FIRST)).repeated


async def test_a_contact_who_left_is_marked_until_they_come_back_or_write(home: House) -> None:
    await home.front.receive(FIRST)
    left = replace(FIRST, kind=InboundKind.LEFT, native_key=None, text="")
    for inbound, gone in ((left, True), (replace(left, kind=InboundKind.JOINED), False), (left, True)):
        await home.front.receive(inbound)
        async with home.front.database.read() as tx:
            held = await conversations.get(tx, PLACE)
        assert held is not None
        assert (held.left_at is not None) is gone
    await home.front.receive(replace(FIRST, text="I'm back, hello", native_key="m:2"))
    async with home.front.database.read() as tx:
        held = await conversations.get(tx, PLACE)
    assert held is not None
    assert held.left_at is None


async def test_a_leaving_that_comes_again_after_the_coming_back_changes_nothing(home: House) -> None:
    await home.front.receive(FIRST)
    left = replace(FIRST, kind=InboundKind.LEFT, text="", native_key=None, sent_at=10.0)
    back = replace(left, kind=InboundKind.JOINED, sent_at=20.0)

    async def is_away() -> bool:
        async with home.front.database.read() as tx:
            held = await conversations.get(tx, PLACE)
        assert held is not None
        return held.left_at is not None

    await home.front.receive(left)
    assert await is_away()
    await home.front.receive(back)
    await home.front.receive(left)
    assert not await is_away()
    await home.front.receive(replace(left, sent_at=30.0))
    await home.front.receive(back)
    assert await is_away(), "and the other way round"


async def test_who_has_the_handoff_hears_of_edits_and_of_leaving(home: House) -> None:
    await home.front.receive(FIRST)
    await home.front.receive(replace(FIRST, kind=InboundKind.PRESSED, choice="menu:human", native_key="c:1", text=""))
    await answered(home, 2)
    await home.front.receive(EDIT)
    await home.front.receive(replace(FIRST, kind=InboundKind.LEFT, native_key=None))
    assert (await kinds_of_events(home))[-2:] == ["contact_revised", "contact_left"]


async def test_a_flood_is_refused_with_one_notice_and_what_was_kept_is_answered(home: House) -> None:
    receipts = [
        await home.front.receive(replace(FIRST, text=f"message {n} of a flood", native_key=f"m:{n}"))
        for n in range(1000)
    ]
    kept = [receipt for receipt in receipts if not receipt.refused]
    assert 30 <= len(kept) < 200
    await answered(home, max(receipt.number for receipt in kept))
    notices = [m.text for m in await stored(home) if "faster than I can read" in m.text]
    other = replace(FIRST, conversation_id="telegram:1", identity="1")
    assert not (await home.front.receive(other)).refused
    assert len(notices) == 1


async def test_a_flood_of_commands_counts_too_and_over_all_places_of_a_contact(home: House) -> None:
    refused = 0
    for n in range(100):
        place = f"slack:T1/C1/{n}.0/U1"
        message = InboundMessage(place, "slack", "T1/U1", InboundKind.SAID, text="/help", native_key=f"m:C1:{n}")
        refused += (await home.front.receive(message)).refused
    assert refused > 50


async def test_what_was_not_committed_does_not_count(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the database is away the vendor sends the same again and again; none of it may be lost for that."""

    async def away(*args: object, **named: object) -> int:
        raise ConnectionError("the database is away")

    message = replace(FIRST, text="the only message")
    with monkeypatch.context() as broken:
        broken.setattr(conversations, "add_inbound", away)
        for _ in range(100):
            with pytest.raises(ConnectionError):
                await home.front.receive(message)
    receipt = await home.front.receive(message)
    assert (receipt.refused, receipt.repeated) == (False, False)
    assert [m.text for m in await stored(home)][:1] == ["the only message"]


async def kept_of(home: House) -> str:
    """Everything in the record, as text, but for what was answered."""
    found = []
    async with home.front.database.read() as tx:
        for table in (tables.conversation, tables.turn, tables.handoff):
            found += [str(row) for row in await tx.execute(select(table))]
        said = tables.message.c
        found += [str(row) for row in await tx.execute(select(said.text).where(said.sender == "contact"))]
    return "\n".join(found)


def remembers(home: House, text: str) -> None:
    """The engine keeps the message in the dialogue state, in a slot, and in its parse, as it really does."""
    parse = structs.replace(understood("complaint"), wishes=(Wish(text, "complaint", 0.9), Wish(text, "greet", 0.9)))
    state = {"slots": {"complaint_text": text}, "events": [["said", text, "complaint", 0.9, []]]}
    home.engine.answers[text] = TurnResult(
        MODEL, parse, (Reply("I see."),), state=state, slots={"complaint_text": text}, effects=()
    )


@pytest.mark.parametrize("kind", [InboundKind.DELETED, InboundKind.EDITED])
async def test_old_words_go_from_the_dialogue_state_and_the_parse_too(home: House, kind: InboundKind) -> None:
    remembers(home, FIRST.text)
    await home.front.receive(FIRST)
    await answered(home, 1)
    assert (await kept_of(home)).count(FIRST.text) >= 4
    await home.front.receive(replace(EDIT, kind=kind))
    assert FIRST.text not in await kept_of(home)


async def test_old_words_go_from_the_evidence_of_a_handoff(home: House) -> None:
    angry = replace(FIRST, text="your shop is a disgrace, I am furious about it")
    home.engine.answer(angry.text, "I see.", understood("complaint", mood=-0.99))
    await home.front.receive(angry)
    await answered(home, 1)
    assert (await kept_of(home)).count(angry.text) >= 2, "in the message, and as evidence"
    await home.front.receive(replace(EDIT, kind=InboundKind.DELETED))
    assert angry.text not in await kept_of(home)


async def test_a_turn_under_way_does_not_bring_back_what_was_deleted_meanwhile(home: House) -> None:
    remembers(home, FIRST.text)
    await home.front.receive(FIRST)
    await answered(home, 1)
    home.engine.answers["and a second one, please"] = home.engine.answers[FIRST.text]  # its state holds both
    home.engine.hold.clear()
    await home.front.receive(replace(FIRST, text="and a second one, please", native_key="m:2"))
    async with asyncio.timeout(10):
        while len(home.engine.asked) < 2:
            await asyncio.sleep(0.02)
    await home.front.receive(replace(EDIT, kind=InboundKind.DELETED))
    del home.engine.answers["and a second one, please"]
    home.engine.hold.set()
    await answered(home, 3)
    assert FIRST.text not in await kept_of(home)
    assert home.engine.asked[-1].state is not None and FIRST.text not in str(home.engine.asked[-1].state)
