"""How a handoff passes on, sleeps, ends and is taken up again, and who may do what with it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from conversations.handoff import (
    AlreadyOpen,
    ClaimLost,
    HandoffError,
    HandoffState,
    Malformed,
    NobodyThere,
    NotAllowed,
    NotHolder,
    Reserved,
    Step,
)
from conversations.model import Outbound, Owner, Sender
from conversations.staff import Role
from conversations.store import contacts, conversations, steps
from conversations.store import tables as t
from conversations.store.database import now
from escalation import tables
from escalation.service.allowed import may
from escalation.service.moving import Target
from tests.desk_acts import Contact, found, person, steps_of, until
from tests.front import House, house

TEAMS = [{"name": "support", "offer_seconds": 3600}, {"name": "billing", "takes": {"intents": ["refund_time"]}}]


@pytest.fixture
async def home(tmp_path: Path, database_url: str, redis_url: str | None) -> AsyncIterator[House]:
    async with house(tmp_path, database_url, redis_url, teams=TEAMS) as built:
        yield built


async def test_what_is_passed_on_to_a_team_waits_there_with_its_age_and_priority(home: House) -> None:
    ana, parts, contact = await person(home, "Ana"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    before = await found(home, handoff_id)
    await parts.desk.claim(ana, handoff_id)
    await parts.moving.transfer(ana, handoff_id, Target(team="billing"), "about a refund")
    after = await found(home, handoff_id)
    assert (after.state, after.team, after.agent_id) == (HandoffState.WAITING, "billing", None)
    assert (after.waiting_since, after.priority) == (before.waiting_since, before.priority)
    assert (await contact.conversation()).owner is Owner.QUEUE
    assert any("passed to a colleague" in said.text for said in await contact.heard())
    async with home.front.database.read() as tx:
        moved = (await steps.of(tx, handoff_id, [Step.TRANSFERRED]))[0]
        notes = (await tx.execute(select(tables.note.c.text))).scalars().all()
    assert notes == ["about a refund"]
    assert (moved.team, moved.by, moved.comment) == ("billing", ana.id, "about a refund")
    with pytest.raises(NotHolder):
        await parts.desk.reply(ana, handoff_id, "one more thing", "too-late")


async def test_what_is_passed_on_to_a_person_is_kept_for_them_but_not_from_a_lead(home: House) -> None:
    ana, ben, cho = [await person(home, name) for name in ("Ana", "Ben", "Cho")]
    lead, parts, contact = await person(home, "Lea", Role.LEAD), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    await parts.moving.transfer(ana, handoff_id, Target(agent_id=ben.id), "")
    offered = await found(home, handoff_id)
    assert (offered.state, offered.offered_name) == (HandoffState.WAITING, "Ben")
    assert "claim" not in may(cho, offered)
    assert {"claim", "decline"} <= set(may(ben, offered))
    with pytest.raises(Reserved) as kept:
        await parts.desk.claim(cho, handoff_id)
    assert (kept.value.agent_name, kept.value.until) == ("Ben", offered.offered_until)
    await parts.desk.claim(lead, handoff_id)
    assert (await found(home, handoff_id)).offered_to is None


async def test_a_declined_offer_is_anybodys_and_a_second_no_is_refused(home: House) -> None:
    ana, ben, cho = [await person(home, name) for name in ("Ana", "Ben", "Cho")]
    parts = home.front.parts
    handoff_id = await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    await parts.moving.transfer(ana, handoff_id, Target(agent_id=ben.id), "")
    await parts.moving.decline(ben, handoff_id)
    with pytest.raises(NotHolder):
        await parts.moving.decline(ben, handoff_id)
    await parts.desk.claim(cho, handoff_id)
    assert (await steps_of(home, handoff_id))[-3:] == [Step.TRANSFERRED, Step.DECLINED, Step.CLAIMED]


async def test_of_fifty_claims_at_once_only_the_one_it_is_kept_for_wins(home: House) -> None:
    ana, parts = await person(home, "Ana"), home.front.parts
    others = [await person(home, f"Agent {n}") for n in range(49)]
    handoff_id = await Contact(home).asks_for_a_person()
    await parts.desk.claim(others[0], handoff_id)
    await parts.moving.transfer(others[0], handoff_id, Target(agent_id=ana.id), "")
    claims = [parts.desk.claim(who, handoff_id) for who in (*others[:25], ana, *others[25:])]
    ends = await asyncio.gather(*claims, return_exceptions=True)
    refused = [end for end in ends if isinstance(end, HandoffError)]
    assert (len(refused), ends.count(None)) == (49, 1)
    assert all(isinstance(end, Reserved | ClaimLost) for end in refused)
    assert (await found(home, handoff_id)).agent_id == ana.id


async def test_who_loses_a_claim_is_told_who_holds_it_and_since_when(home: House) -> None:
    ana, ben, parts = await person(home, "Ana"), await person(home, "Ben"), home.front.parts
    handoff_id = await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    with pytest.raises(ClaimLost) as lost:
        await parts.desk.claim(ben, handoff_id)
    assert (lost.value.agent_name, lost.value.at) == ("Ana", (await found(home, handoff_id)).assigned_at)


async def test_only_the_holder_or_a_lead_passes_on_and_only_to_who_is_there(home: House) -> None:
    ana, ben, lead = await person(home, "Ana"), await person(home, "Ben"), await person(home, "Lea", Role.LEAD)
    editor, parts = await person(home, "Eda", Role.EDITOR), home.front.parts
    handoff_id = await Contact(home).asks_for_a_person()
    with pytest.raises(NotHolder):
        await parts.moving.transfer(ben, handoff_id, Target(team="billing"), "")
    await parts.moving.transfer(lead, handoff_id, Target(team="billing"), "")
    await parts.desk.claim(ana, handoff_id)
    for nobody in (Target(), Target(team="nowhere"), Target(agent_id="0" * 32), Target(agent_id=editor.id)):
        with pytest.raises(NobodyThere):
            await parts.moving.transfer(ana, handoff_id, nobody, "")
    after = await found(home, handoff_id)
    assert (after.team, after.agent_id) == ("billing", ana.id)


async def test_who_steps_in_holds_it_and_the_former_holders_words_stay_inside(home: House) -> None:
    ana, ben, parts, contact = await person(home, "Ana"), await person(home, "Ben"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    with pytest.raises(ClaimLost):
        await parts.moving.step_in(ben, handoff_id)
    await parts.desk.claim(ana, handoff_id)
    epoch = (await contact.conversation()).epoch
    await parts.moving.step_in(ben, handoff_id)
    await parts.moving.step_in(ben, handoff_id)
    assert (await contact.conversation()).epoch == epoch + 1
    assert (await found(home, handoff_id)).lease_until is not None
    with pytest.raises(NotHolder):
        await parts.desk.reply(ana, handoff_id, "mine!", "former")
    await parts.desk.reply(ben, handoff_id, "I am Ben.", "present")
    assert any("Ben" in said.text for said in await contact.heard() if said.sender == "system")
    assert (await steps_of(home, handoff_id)).count(Step.STEPPED_IN) == 1


async def test_what_is_put_off_rests_until_its_time_and_comes_back_by_itself(home: House) -> None:
    ana, parts = await person(home, "Ana"), home.front.parts
    handoff_id = await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    async with home.front.database.read() as tx:
        at = await conversations.clock(tx)
    for wrong in (at - 1, at + 91 * 86_400):
        with pytest.raises(Malformed):
            await parts.moving.snooze(ana, handoff_id, wrong)
    await parts.moving.snooze(ana, handoff_id, at + 3600)
    asleep = await found(home, handoff_id)
    assert (asleep.is_snoozed, asleep.lease_until, asleep.agent_id) == (True, None, ana.id)
    assert "wake" in may(ana, asleep)
    await parts.moving.snooze(ana, handoff_id, at + 60)
    async with home.front.database.write() as tx:
        await tx.execute(update(t.handoff).where(t.handoff.c.id == handoff_id).values(snoozed_until=at - 1))
    assert await parts.moving.sleep_ended(handoff_id) is None
    awake = await found(home, handoff_id)
    assert not awake.is_snoozed
    assert awake.lease_until is not None
    assert (await steps_of(home, handoff_id))[-1] is Step.WOKEN


async def test_the_contacts_next_message_wakes_what_was_put_off_and_its_lease_runs_again(home: House) -> None:
    ana, parts, contact = await person(home, "Ana"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    await parts.desk.reply(ana, handoff_id, "Tell me when it is there.", "a reply")
    await parts.moving.snooze(ana, handoff_id, None)
    await contact.says("it is there")
    awake = await found(home, handoff_id)
    assert not awake.is_snoozed
    assert awake.lease_until is not None
    assert (await steps_of(home, handoff_id)).count(Step.WOKEN) == 1


async def test_what_was_resolved_is_taken_up_again_in_the_hands_of_who_reopens_it(home: House) -> None:
    ana, ben, parts, contact = await person(home, "Ana"), await person(home, "Ben"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    with pytest.raises(ClaimLost):
        await parts.ending.reopen(ben, handoff_id)
    await parts.desk.claim(ana, handoff_id)
    await parts.ending.resolve(ana, handoff_id, "solved", "")
    ended = await contact.conversation()
    await parts.ending.reopen(ben, handoff_id)
    await parts.ending.reopen(ben, handoff_id)
    again, held = await found(home, handoff_id), await contact.conversation()
    assert (again.state, again.agent_id, again.outcome, again.ended_at) == (HandoffState.ASSIGNED, ben.id, None, None)
    assert (held.owner, held.episode, held.epoch) == (Owner.AGENT, ended.episode + 1, ended.epoch + 1)
    assert (again.episode, again.first_episode) == (held.episode, 1)
    assert again.lease_until is not None
    await contact.says("still broken")
    await parts.desk.reply(ben, handoff_id, "I see.", "a reply")
    assert (await contact.heard())[-1].text == "I see."


async def test_nothing_is_reopened_beside_another_open_matter_or_after_another_end(home: House) -> None:
    ana, parts, contact = await person(home, "Ana"), home.front.parts, Contact(home)
    first = await contact.asks_for_a_person()
    await parts.desk.claim(ana, first)
    await parts.ending.resolve(ana, first, "solved", "")
    second = await contact.asks_for_a_person()
    with pytest.raises(AlreadyOpen):
        await parts.ending.reopen(ana, first)
    await parts.desk.claim(ana, second)
    await parts.moving.give_back(ana, second)
    with pytest.raises(NotAllowed):
        await parts.ending.reopen(ana, second)


async def test_who_is_blocked_is_heard_and_kept_and_told_nothing_until_they_are_unblocked(home: House) -> None:
    ana, ben, parts, contact = await person(home, "Ana"), await person(home, "Ben"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    with pytest.raises(NotAllowed):
        await parts.ending.block(ben, handoff_id, "rude")
    before = await contact.heard()
    await parts.ending.block(ana, handoff_id, "threats")
    await parts.ending.block(ana, handoff_id, "threats")
    ended = await found(home, handoff_id)
    assert (ended.state, ended.outcome) == (HandoffState.RESOLVED, "blocked")
    number = await contact.says("you again")
    await contact.asks_for_a_person()
    held = await contact.conversation()
    assert (held.is_blocked, held.settled_through >= number, held.owner) == (True, True, Owner.BOT)
    assert await contact.heard() == before
    assert (await contact.handoff()).id == handoff_id
    assert "unblock" in may(await person(home, "Lea", Role.LEAD), ended, blocked=True)
    with pytest.raises(NotAllowed):
        await parts.ending.unblock(ben, held.contact_id)
    with pytest.raises(NotAllowed):
        await parts.ending.reopen(ana, handoff_id)
    await parts.ending.unblock(ana, held.contact_id)
    await contact.says("sorry")
    assert (await contact.heard())[-1].text == "You said: sorry"
    assert (await steps_of(home, handoff_id))[-2:] == [Step.RESOLVED, Step.BLOCKED]


async def test_a_turn_in_hand_says_nothing_to_who_is_blocked_meanwhile(home: House) -> None:
    lead, parts, contact = await person(home, "Lea", Role.LEAD), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(lead, handoff_id)
    await parts.moving.give_back(lead, handoff_id)
    before = await contact.heard()
    home.engine.hold.clear()
    saying = asyncio.create_task(contact.says("hello"))
    await until(lambda: _asked(home))
    await parts.ending.block(lead, handoff_id, "threats")
    home.engine.hold.set()
    await saying
    assert await contact.heard() == before


async def _asked(home: House) -> bool:
    return bool(home.engine.asked)


async def test_whatever_says_something_to_who_is_blocked_says_it_to_nobody(home: House) -> None:
    contact = Contact(home)
    await contact.says("hello")
    held, before = await contact.conversation(), await contact.heard()
    ana = await person(home, "Ana")
    async with home.front.database.write() as tx:
        assert await contacts.block(tx, held.contact_id, ana.id, "threats")
        await conversations.say(tx, held.id, held.episode, [Outbound(Sender.SYSTEM, "We are back.")])
    assert await contact.heard() == before


async def test_every_act_leaves_its_step_and_a_claim_says_how_long_this_waiting_took(home: House) -> None:
    ana, parts, contact = await person(home, "Ana"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(ana, handoff_id, greet=True)
    assert (await contact.heard())[-1].sender == "agent"
    await parts.moving.release(ana, handoff_id)
    await parts.desk.claim(ana, handoff_id, greet=True)
    assert [said.sender for said in await contact.heard()].count("agent") == 1  # type: ignore[comparison-overlap]
    await parts.ending.resolve(ana, handoff_id, "solved", "")
    wanted = [Step.OPENED, Step.CLAIMED, Step.RELEASED, Step.CLAIMED, Step.RESOLVED]
    assert await steps_of(home, handoff_id) == wanted
    async with home.front.database.read() as tx:
        taken = await steps.of(tx, handoff_id)
    first, second = [step for step in taken if step.what is Step.CLAIMED]
    assert first.seconds == pytest.approx(first.at - taken[0].at, abs=0.5)
    assert second.seconds == pytest.approx(second.at - taken[2].at, abs=0.5)


async def test_any_act_of_the_holder_renews_their_lease(home: House) -> None:
    ana, parts, contact = await person(home, "Ana"), home.front.parts, Contact(home)
    handoff_id = await contact.asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)
    await parts.desk.note(ana, handoff_id, "for us", "a note")
    await parts.desk.reply(ana, handoff_id, "Hello.", "a reply")
    number = await parts.amending.number_of(handoff_id, "a reply")
    assert number is not None
    await contact.says("hello?")

    async def content() -> AsyncIterator[bytes]:
        yield b"%PDF-1.7 "

    acts = {
        "a message is edited": lambda: parts.amending.revise(ana, handoff_id, number, "Hello!"),
        "a note is edited": lambda: parts.amending.revise_note(ana, handoff_id, "a note", "for us all"),
        "a note is written": lambda: parts.desk.note(ana, handoff_id, "and more", "another note"),
        "a file is uploaded": lambda: parts.files.upload(ana, handoff_id, "a.pdf", content()),
    }
    for name, act in acts.items():
        before = (await found(home, handoff_id)).lease_until
        assert before is not None
        await asyncio.sleep(0.01)
        await act()
        after = (await found(home, handoff_id)).lease_until
        assert after is not None and after > before, name


async def test_who_is_writing_does_not_lose_the_handoff(home: House) -> None:
    ana, ben, parts = await person(home, "Ana"), await person(home, "Ben"), home.front.parts
    handoff_id = await Contact(home).asks_for_a_person()
    await parts.desk.claim(ana, handoff_id)

    async def nearly_over() -> float:
        ends = update(t.handoff).where(t.handoff.c.id == handoff_id).values(lease_until=now() + 1)
        async with home.front.database.write() as tx:
            await tx.execute(ends)
        return (await found(home, handoff_id)).lease_until or 0.0

    before = await nearly_over()
    await parts.typing(ben, handoff_id)
    assert (await found(home, handoff_id)).lease_until == before
    await parts.typing(ana, handoff_id)
    renewed = (await found(home, handoff_id)).lease_until
    assert renewed is not None and renewed > before + 50
    await parts.typing(ana, handoff_id)
    assert (await found(home, handoff_id)).lease_until == renewed, "not at every key"
    left = await parts.moving.lease_ended(handoff_id)
    assert left is not None and left > 50
    await parts.desk.reply(ana, handoff_id, "Here.", "a reply")
    await parts.typing(ana, handoff_id)
    assert (await found(home, handoff_id)).lease_until is None, "nobody waits for them"
