"""Edits, deletions, failures, and contacts who leave: the thread and the contact see what is so now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.gateway.delivery import Delivery, OutcomeUnknown, PermanentError, Revision
from conversations.model import InboundKind, InboundMessage, Message, Status
from conversations.store import conversations
from conversations.store.conversations import DELIVER
from conversations.store.revising import REVISE
from tests.slack.conftest import ANA, BEN, SlackHouse, buttons, words
from tests.slack_stand_in import CHANNEL
from tests.slack_stand_in import Message as Post

PLACE = "telegram:4711"
FIRST = InboundMessage(PLACE, "telegram", "4711", InboundKind.SAID, "where is my parcel", "m:1")


@dataclass
class Courier:
    """A vendor who fails as told. ``shown`` is what the contact's app shows, by the vendor's ids."""

    faults: list[Exception] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    silent: bool = False

    async def send(self, message: Message) -> str:
        if message.agent_id and self.faults:
            raise self.faults.pop(0)
        vendor_id = str(message.number)
        self.shown[vendor_id] = message.text
        return vendor_id

    async def revise(self, message: Message, chosen: int | None) -> None:
        assert message.vendor_id is not None
        if message.deleted_at is not None:
            self.shown.pop(message.vendor_id, None)
        else:
            self.shown[message.vendor_id] = message.text

    async def find(self, message: Message) -> str | None:
        raise OutcomeUnknown("it has no way to look it up")


class Far:
    """A contact on a channel that is pushed to, and the agents' Slack."""

    def __init__(self, home: SlackHouse) -> None:
        self.home, self.courier, self.front = home, Courier(), home.house.front
        channels = {"telegram": self.courier}
        self.front.jobs.handle(DELIVER, Delivery(self.front.database, channels))
        self.front.jobs.handle(REVISE, Revision(self.front.database, channels))

    async def card(self, *, claimed: bool = True) -> Post:
        """The contact says something and asks for a person; Ana claims it."""
        await self.home.hire("Ana", ANA)
        await self.front.receive(FIRST)
        await self.front.receive(
            replace(FIRST, kind=InboundKind.PRESSED, text="", native_key="c:2", choice="menu:human")
        )
        await self.home.until(self.home.cards)
        card = self.home.cards()[-1]
        await self.home.until(lambda: "where is my parcel" in self.home.said(card))
        if claimed:
            await self.home.slack.press(ANA, CHANNEL, card.ts, "claim")
            await self.home.until(lambda: "resolve" in buttons(card))
        return card

    async def messages(self, sender: str = "agent") -> list[Message]:
        async with self.front.database.read() as tx:
            return [m for m in await conversations.messages(tx, PLACE) if m.sender == sender]

    def mark(self, card: Post, part: str) -> Callable[[], list[Post]]:
        """Posts of the thread that say this."""
        return lambda: [post for post in self.home.thread(card) if part in words(post)]


@pytest.fixture
async def far(home: SlackHouse) -> Far:
    return Far(home)


async def test_what_a_contact_edits_and_deletes_is_changed_in_place(far: Far) -> None:
    card = await far.card(claimed=False)
    await far.front.receive(replace(FIRST, text="the green wok", native_key="m:3"))
    await far.home.until(lambda: "the green wok" in far.home.said(card))
    before = {post.ts for post in far.home.thread(card)}
    edit = replace(FIRST, kind=InboundKind.EDITED, text="where is PC-10045?", of="m:1", native_key="e:1:5", sent_at=5.0)
    await far.front.receive(edit)
    await far.home.until(lambda: "where is PC-10045?\n(edited)" in far.home.said(card))
    await far.home.until(lambda: "where is PC-10045? (edited)" in words(card))
    await far.front.receive(replace(FIRST, kind=InboundKind.DELETED, text="", of="m:3", native_key="d:3", sent_at=9.0))
    await far.home.until(lambda: "(deleted by the contact)" in far.home.said(card))
    lines = far.home.said(card).split("\n")
    assert "the green wok" not in lines and "where is my parcel" not in lines
    changed = [post.ts for part in ("(edited)", "(deleted by") for post in far.mark(card, part)()]
    assert len(changed) == 2 and before.issuperset(changed), "edited in place, not posted again"


async def test_a_change_that_came_while_slack_was_away_is_shown_when_it_is_back(far: Far) -> None:
    card = await far.card(claimed=False)
    far.home.slack.away = True
    await far.front.receive(
        replace(FIRST, kind=InboundKind.EDITED, text="where is PC-1?", of="m:1", native_key="e:1:5", sent_at=5.0)
    )
    await asyncio.sleep(0.3)
    far.home.slack.away = False
    await far.home.until(lambda: "where is PC-1?\n(edited)" in far.home.said(card), 30)


async def test_what_an_agent_edits_and_deletes_in_the_thread_is_changed_for_the_contact(far: Far) -> None:
    card = await far.card()
    sent = await far.home.slack.write(ANA, CHANNEL, "it comes mnoday", card.ts)
    await far.home.until(lambda: "it comes mnoday" in far.courier.shown.values())
    await far.home.slack.edit(ANA, CHANNEL, sent.ts, "it comes Monday &lt;early&gt;")
    await far.home.until(lambda: "it comes Monday <early>" in far.courier.shown.values())
    assert "it comes mnoday" not in far.courier.shown.values()
    await far.home.slack.delete(ANA, CHANNEL, sent.ts)
    await far.home.until(lambda: "it comes Monday <early>" not in far.courier.shown.values())
    (message,) = await far.messages()
    assert (message.text, message.deleted_at is not None) == ("", True)
    assert not far.home.told(ANA)


async def test_the_assistant_s_own_edits_of_the_thread_are_not_taken_for_an_agent_s(far: Far) -> None:
    card = await far.card()
    far.home.slack.own_events = True
    sent = await far.home.slack.write(ANA, CHANNEL, "on its way", card.ts)
    await far.home.until(lambda: "on its way" in far.courier.shown.values())
    unfolded = far.home.slack.message(CHANNEL, sent.ts)
    await far.home.slack._tell(unfolded, [far.home.slack._change_of(unfolded, unfolded.told())])
    (message,) = await far.messages()
    assert message.edited_at is None


@pytest.mark.parametrize(
    ("text", "why"), [("// better not", "cannot become a private note"), (f"<@{BEN}> look", "mentions somebody")]
)
async def test_an_edit_that_would_be_private_changes_nothing_and_is_told(far: Far, text: str, why: str) -> None:
    card = await far.card()
    sent = await far.home.slack.write(ANA, CHANNEL, "it comes Monday", card.ts)
    await far.home.until(lambda: "it comes Monday" in far.courier.shown.values())
    await far.home.slack.edit(ANA, CHANNEL, sent.ts, text)
    assert why in (await far.home.until(lambda: far.home.told(ANA)))[0].text
    assert [m.text for m in await far.messages()] == ["it comes Monday"]


async def test_an_edited_note_stays_a_note(far: Far) -> None:
    card = await far.card()
    note = await far.home.slack.write(ANA, CHANNEL, "// she is angry", card.ts)
    await far.home.slack.edit(ANA, CHANNEL, note.ts, "she is very angry")
    await far.home.slack.delete(ANA, CHANNEL, note.ts)
    await far.home.slack.write(ANA, CHANNEL, "hello", card.ts)
    await far.home.until(lambda: "hello" in far.courier.shown.values())
    assert [m.text for m in await far.messages()] == ["hello"]
    detail = await far.front.parts.view.whole(await _handoff(far))
    assert [line.text for line in detail.transcript if line.note] == ["(deleted)"]


async def _handoff(far: Far) -> str:
    from conversations.store import handoffs

    async with far.front.database.read() as tx:
        found = await handoffs.open_of(tx, PLACE)
    assert found is not None
    return found.id


async def test_after_the_end_an_edit_changes_nothing_and_is_told(far: Far) -> None:
    card = await far.card()
    sent = await far.home.slack.write(ANA, CHANNEL, "it comes Monday", card.ts)
    await far.home.until(lambda: "it comes Monday" in far.courier.shown.values())
    await far.home.slack.press(ANA, CHANNEL, card.ts, "give_back")
    await far.home.until(lambda: "Returned to the assistant" in words(card))
    await far.home.slack.edit(ANA, CHANNEL, sent.ts, "it comes Tuesday")
    assert "has ended" in (await far.home.until(lambda: far.home.told(ANA)))[0].text
    assert [m.text for m in await far.messages()] == ["it comes Monday"]


@pytest.mark.parametrize(
    ("fault", "status", "words_for_it"),
    [
        (PermanentError("bot was blocked by the contact"), Status.FAILED, "This did not reach the contact (bot was"),
        (OutcomeUnknown("timed out"), Status.UNKNOWN, "This may not have reached the contact: nobody answered"),
    ],
)
async def test_what_did_not_arrive_is_shown_and_sent_again_by_a_press_once(
    far: Far, fault: Exception, status: Status, words_for_it: str
) -> None:
    card = await far.card()
    far.courier.faults = [fault]
    await far.home.slack.write(ANA, CHANNEL, "it comes Monday", card.ts)
    (mark,) = await far.home.until(far.mark(card, words_for_it))
    assert "“it comes Monday”" in words(mark) and buttons(mark) == ["send_again"]
    assert [m.status for m in await far.messages()] == [status]
    for _ in range(2):
        await far.home.slack.press(ANA, CHANNEL, mark.ts, "send_again")
    await far.home.until(lambda: "it comes Monday" in far.courier.shown.values())
    await far.home.until(lambda: buttons(mark) == [] and "Sent again." in words(mark))
    assert [(m.text, m.status) for m in await far.messages()] == [
        ("it comes Monday", status),
        ("it comes Monday", Status.SENT),
    ]
    assert len(far.mark(card, words_for_it)()) == 1


async def test_only_the_holder_sends_again_and_only_what_failed(far: Far) -> None:
    await far.home.hire("Ben", BEN)
    card = await far.card()
    far.courier.faults = [PermanentError("blocked")]
    await far.home.slack.write(ANA, CHANNEL, "it comes Monday", card.ts)
    (mark,) = await far.home.until(far.mark(card, "This did not reach the contact"))
    await far.home.slack.press(BEN, CHANNEL, mark.ts, "send_again")
    assert "Ana has this handoff" in (await far.home.until(lambda: far.home.told(BEN)))[0].text
    handoff_id = await _handoff(far)
    for number in ("1", "99", "x", "9" * 30, ""):
        await far.home.slack.press(ANA, CHANNEL, mark.ts, "send_again", value=f"{handoff_id} {number}")
    await far.home.until(lambda: len(far.home.told(ANA)) == 5)
    assert [m.text for m in await far.messages()] == ["it comes Monday"]


async def test_a_contact_who_left_and_came_back_is_told_in_one_line(far: Far) -> None:
    card = await far.card()
    gone = replace(FIRST, kind=InboundKind.LEFT, text="", native_key=None)
    await far.front.receive(gone)
    (line,) = await far.home.until(far.mark(card, "messages will not reach them"))
    await far.home.until(lambda: "The contact left" in words(card))
    await far.front.receive(replace(gone, kind=InboundKind.JOINED))
    await far.home.until(lambda: "can be reached on Telegram again" in words(line))
    await far.home.until(lambda: "The contact left" not in words(card))
    await far.front.receive(gone)
    await far.home.until(lambda: "messages will not reach them" in words(line))
    assert len(far.mark(card, "on Telegram")()) == 1


async def test_a_mark_whose_answer_was_lost_is_not_posted_twice(far: Far) -> None:
    card = await far.card()
    await far.home.until(lambda: len(far.home.thread(card)) >= 1)
    far.home.slack.lose_answer("chat.postMessage")
    await far.front.receive(replace(FIRST, kind=InboundKind.LEFT, text="", native_key=None))
    await far.home.until(far.mark(card, "messages will not reach them"))
    await far.front.receive(replace(FIRST, text="I am back", native_key="m:9"))
    await far.home.until(lambda: "I am back" in far.home.said(card), 30)
    await far.home.until(far.mark(card, "can be reached on Telegram again"), 30)
    assert len(far.mark(card, "on Telegram")()) == 1


async def test_a_thread_that_was_deleted_is_posted_anew_with_its_marks(far: Far) -> None:
    card = await far.card()
    far.courier.faults = [PermanentError("blocked")]
    await far.home.slack.write(ANA, CHANNEL, "it comes Monday", card.ts)
    await far.home.until(far.mark(card, "This did not reach the contact"))
    for post in (*far.home.thread(card), card):
        await far.home.slack.delete(ANA, CHANNEL, post.ts)
    await far.front.receive(replace(FIRST, text="hello?", native_key="m:7"))
    await far.front.receive(replace(FIRST, kind=InboundKind.LEFT, text="", native_key=None))
    await far.home.until(lambda: far.home.cards() and far.home.cards()[-1].ts != card.ts, 30)
    anew = far.home.cards()[-1]
    await far.home.until(lambda: "hello?" in far.home.said(anew) and far.mark(anew, "This did not reach")(), 30)
    assert far.home.said(anew).split("\n").count("where is my parcel") == 1
    await far.home.until(far.mark(anew, "messages will not reach them"))
