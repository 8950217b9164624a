"""Delivery to a channel that is pushed to: in order, each once, with its outcome recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from bot.gateway.delivery import Delivery, OutcomeUnknown, PermanentError, Revision, TemporaryError
from conversations.model import InboundKind, InboundMessage, Message, Outbound, Sender, Status
from conversations.store import conversations, outgoing, revising, tables
from conversations.store.database import Database

PLACE = "post:a"


@dataclass
class PostOffice:
    """A vendor that takes messages, or fails as it is told; ``taken`` is what the contact really got."""

    taken: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    finds: bool = True
    shown: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    async def send(self, message: Message) -> str:
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, OutcomeUnknown | KeyboardInterrupt):
                self.taken.append(message.text)
            raise fault
        self.taken.append(message.text)
        return f"vendor-{message.number}"

    async def revise(self, message: Message, chosen: int | None) -> None:
        if self.faults:
            raise self.faults.pop(0)
        assert message.vendor_id is not None
        self.shown[message.vendor_id] = (message.text, chosen)

    async def find(self, message: Message) -> str | None:
        if not self.finds:
            raise OutcomeUnknown("no way to look it up")
        return f"vendor-{message.number}" if message.text in self.taken else None


class Killed(BaseException):
    """Stands for the process dying in the middle."""


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


@pytest.fixture
async def delivery(database: Database, office: PostOffice) -> Delivery:
    hello = InboundMessage(PLACE, "post", "a", InboundKind.SAID, text="hi")
    async with database.write() as tx:
        held = await conversations.open_for(tx, hello)
        await conversations.add_inbound(tx, held, hello, "hi")
        said = [Outbound(Sender.BOT, text) for text in ("one", "two", "three")]
        await conversations.say(tx, PLACE, 1, said)
    return Delivery(database, {"post": office})


async def statuses(database: Database) -> list[Status]:
    async with database.read() as tx:
        return [m.status for m in await conversations.messages(tx, PLACE) if m.sender is Sender.BOT]


async def test_messages_go_in_order_each_once(database: Database, delivery: Delivery, office: PostOffice) -> None:
    assert await delivery(PLACE) is None
    assert await delivery(PLACE) is None
    assert office.taken == ["one", "two", "three"]
    assert await statuses(database) == [Status.SENT] * 3


async def test_a_temporary_error_is_tried_again_when_the_vendor_says_and_order_is_kept(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    office.faults = [TemporaryError("429", retry_after=7.0)]
    assert await delivery(PLACE) == 7.0
    assert office.taken == []
    assert await delivery(PLACE) is None
    assert office.taken == ["one", "two", "three"]


async def test_a_permanent_error_is_recorded_and_later_messages_still_go(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    office.faults = [PermanentError("the contact blocked us")]
    assert await delivery(PLACE) is None
    assert office.taken == ["two", "three"]
    assert await statuses(database) == [Status.FAILED, Status.SENT, Status.SENT]


async def test_a_send_without_an_answer_is_marked_and_never_repeated(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    office.faults = [OutcomeUnknown("timed out")]
    await delivery(PLACE)
    await delivery(PLACE)
    assert office.taken == ["one", "two", "three"]
    assert await statuses(database) == [Status.UNKNOWN, Status.SENT, Status.SENT]


async def test_after_a_death_in_mid_send_the_message_is_looked_up_before_it_is_sent_again(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    office.faults = [Killed()]  # type: ignore[list-item] # a death is no Exception
    with pytest.raises(Killed):
        await delivery(PLACE)
    assert (await statuses(database))[0] is Status.SENDING
    office.taken.append("one")
    await delivery(PLACE)
    assert office.taken == ["one", "two", "three"]
    assert await statuses(database) == [Status.SENT] * 3


async def test_where_nothing_can_be_looked_up_it_is_marked_instead(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    office.faults, office.finds = [Killed()], False  # type: ignore[list-item] # a death is no Exception
    with pytest.raises(Killed):
        await delivery(PLACE)
    await delivery(PLACE)
    assert office.taken == ["two", "three"]
    assert await statuses(database) == [Status.UNKNOWN, Status.SENT, Status.SENT]


async def test_what_was_withdrawn_is_never_sent(database: Database, delivery: Delivery, office: PostOffice) -> None:
    async with database.write() as tx:
        await outgoing.withdraw(tx, PLACE)
    await delivery(PLACE)
    assert office.taken == []


async def somebody_takes_over(database: Database) -> None:
    async with database.write() as tx:
        await outgoing.withdraw(tx, PLACE)
        await conversations.say(tx, PLACE, 1, [Outbound(Sender.SYSTEM, "Ana has joined.", name="Ana")])


async def test_what_the_vendor_did_not_take_is_not_tried_again_after_a_takeover(
    database: Database, delivery: Delivery, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = office.send

    async def slow(message: Message) -> str:
        if message.text == "one":
            await somebody_takes_over(database)
            raise TemporaryError("429")
        return await send(message)

    monkeypatch.setattr(office, "send", slow)
    await delivery(PLACE)
    assert office.taken == ["Ana has joined."]
    assert await statuses(database) == [Status.WITHDRAWN] * 3


@pytest.mark.parametrize("taken", [True, False])
async def test_after_a_death_in_mid_send_and_a_takeover_the_message_is_not_sent_any_more(
    database: Database, delivery: Delivery, office: PostOffice, taken: bool
) -> None:
    office.faults = [Killed()]  # type: ignore[list-item] # a death is no Exception
    with pytest.raises(Killed):
        await delivery(PLACE)
    office.taken += ["one"] if taken else []
    await somebody_takes_over(database)
    await delivery(PLACE)
    assert office.taken == [*(["one"] if taken else []), "Ana has joined."]
    assert (await statuses(database))[0] is (Status.SENT if taken else Status.WITHDRAWN)


async def test_what_was_changed_after_it_went_is_shown_changed_and_a_deletion_last(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    await delivery(PLACE)
    revision = Revision(database, {"post": office})
    async with database.write() as tx:
        assert await revising.revise(tx, PLACE, 2, "one, corrected", at=20.0)
        assert not await revising.revise(tx, PLACE, 2, "late news of an earlier edit", at=10.0)
        assert await revising.revise(tx, PLACE, 3, None, at=20.0)
        assert not await revising.revise(tx, PLACE, 3, "an edit of what is gone", at=30.0)
    for number in (2, 3):
        assert await revision(f"{PLACE}#{number}") is None
    assert office.shown == {"vendor-2": ("one, corrected", None), "vendor-3": ("", None)}


async def test_a_change_is_tried_again_until_the_channel_takes_it_or_refuses(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    await delivery(PLACE)
    async with database.write() as tx:
        await revising.revise(tx, PLACE, 2, "one, corrected", at=20.0)
    revision = Revision(database, {"post": office})
    office.faults = [TemporaryError("429", retry_after=3.0), PermanentError("too old")]
    assert await revision(f"{PLACE}#2") == 3.0
    assert await revision(f"{PLACE}#2") is None
    assert office.shown == {}


async def test_what_was_changed_while_it_was_being_sent_is_shown_changed(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    send = office.send

    async def slow(message: Message) -> str:
        vendor_id = await send(message)
        async with database.write() as tx:
            await revising.revise(tx, PLACE, message.number, "another wording", at=20.0)
        return vendor_id

    office.send = slow  # type: ignore[method-assign]
    await delivery(PLACE)
    async with database.read() as tx:
        due = set((await tx.execute(select(tables.work.c.key).where(tables.work.c.kind == "revise"))).scalars())
    assert due == {f"{PLACE}#{number}" for number in (2, 3, 4)}


async def test_a_press_before_we_know_where_the_message_stands_is_shown_later(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    revision, send = Revision(database, {"post": office}), office.send
    again: list[float | None] = []

    async def pressed_at_once(message: Message) -> str:
        vendor_id = await send(message)
        again.append(await revision(f"{PLACE}#{message.number}"))
        return vendor_id

    office.send = pressed_at_once  # type: ignore[method-assign]
    await delivery(PLACE)
    assert again == [1.0] * 3 and office.shown == {}
    assert await revision(f"{PLACE}#2") is None
    assert office.shown == {"vendor-2": ("one", None)}


async def test_what_was_deleted_before_it_went_is_not_sent(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    async with database.write() as tx:
        await revising.revise(tx, PLACE, 2, None, at=20.0)
    await delivery(PLACE)
    assert office.taken == ["two", "three"]
    assert (await statuses(database))[0] is Status.WITHDRAWN


async def test_a_change_without_an_answer_is_asked_for_again(
    database: Database, delivery: Delivery, office: PostOffice
) -> None:
    await delivery(PLACE)
    async with database.write() as tx:
        await revising.revise(tx, PLACE, 2, "one, corrected", at=20.0)
    revision = Revision(database, {"post": office})
    office.faults = [OutcomeUnknown("timed out")]
    assert await revision(f"{PLACE}#2") == 10.0
    assert await revision(f"{PLACE}#2") is None
    assert office.shown == {"vendor-2": ("one, corrected", None)}
