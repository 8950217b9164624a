"""How a matter ends, and is taken up again. Each act is one transaction, and is refused whole when it does not fit."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from prometheus_client import Counter
from sqlalchemy import select

from conversations.events import ContactBlocked
from conversations.handoff import (
    OPEN_STATES,
    AlreadyOpen,
    ClaimLost,
    Handoff,
    HandoffState,
    HandoffUnknown,
    Malformed,
    NotAllowed,
    Step,
)
from conversations.masking import mask
from conversations.model import Conversation, Outbound, Owner, Sender
from conversations.staff import Principal
from conversations.store import contacts, conversations, events, handoffs, outgoing, steps
from conversations.store.database import Database, Transaction, now
from conversations.survey import survey_buttons
from conversations.text import storable
from escalation import tables
from escalation.service import teaching
from escalation.service.holding import Holding, change, holds, locked, require_holder

log = structlog.get_logger()
BLOCKED = Counter("frontdesk_contacts_blocked", "Contacts that an agent blocked")
UNBLOCKED = Counter("frontdesk_contacts_unblocked", "Contacts that are answered again")
REOPENED = Counter("frontdesk_handoffs_reopened", "Resolved handoffs that an agent took up again")


class Ending:
    """The use cases, on behalf of a signed-in person."""

    def __init__(self, database: Database, holding: Holding) -> None:
        self._database, self._holding = database, holding

    async def resolve(
        self,
        who: Principal,
        handoff_id: str,
        outcome: str,
        comment: str,
        tags: Sequence[str] = (),
        *,
        teach: bool = False,
    ) -> None:
        """Ends the matter: the survey is asked, a new episode begins, the bot answers again.

        ``tags`` say what it was about; with ``teach`` its last question and answer are shown to the editors.

        Raises:
            HandoffUnknown, NotHolder.
            Malformed: there is no such tag.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if handoff.state is HandoffState.RESOLVED and handoff.agent_id == who.id:
                return
            require_holder(who, handoff)
            if unknown := set(tags) - set(await _tags(tx)):
                raise Malformed([f"There is no tag {', '.join(sorted(unknown))}. Choose one that there is, or none."])
            if teach:
                await teaching.teach(tx, handoff, who)
            ended = {"outcome": outcome, "comment": mask(storable(comment)) or None, "tags": sorted(set(tags))}
            await self._holding.end(tx, handoff, held, HandoffState.RESOLVED, who, survey=True, **ended)
            notices = self._holding.notices.spoken(handoff.language)
            told = [
                Outbound(Sender.SYSTEM, notices("resolved", handoff.id, agent=who.name)),
                Outbound(Sender.SYSTEM, notices("survey", handoff.id), buttons=survey_buttons()),
            ]
            await conversations.say(tx, held.id, held.episode, told)

    async def reopen(self, who: Principal, handoff_id: str) -> None:
        """Takes a resolved matter up again: it is this person's at once, in a new episode.

        Raises:
            HandoffUnknown.
            AlreadyOpen: the contact has another matter with people.
            ClaimLost: it is open, in somebody else's hands or waiting.
            NotAllowed: it ended otherwise, or the contact is blocked.
        """
        async with self._database.write() as tx:
            handoff, held = await locked(tx, handoff_id)
            if holds(who, handoff):
                return
            if handoff.state in OPEN_STATES:
                raise ClaimLost(handoff.agent_name, handoff.assigned_at, handoff.state)
            if handoff.state is not HandoffState.RESOLVED:
                raise NotAllowed("Only what was resolved can be reopened; the contact may ask for a person again.")
            now_held = await conversations.get(tx, held.id)  # read after the lock: they may have been blocked meanwhile
            if now_held is None or now_held.is_blocked:
                raise NotAllowed("The contact is blocked: unblock them first.")
            if await handoffs.open_of(tx, held.id) is not None:
                raise AlreadyOpen(handoff_id)
            episode = await conversations.new_episode(tx, held, "reopened")
            await change(tx, held, episode=episode, slots={}, facts=held.carried_facts(), cut_form=None)
            await handoffs.move(
                tx,
                handoff,
                HandoffState.RESOLVED,
                HandoffState.ASSIGNED,
                agent_id=who.id,
                assigned_at=now(),
                ended_at=None,
                outcome=None,
                episode=episode,
            )
            await steps.record(tx, handoff, Step.REOPENED, by=who.id, agent_id=who.id)
            taken = await conversations.take_over(tx, held.id)
            assert taken is not None, "it is locked by this transaction"
            await self._holding.take_over(tx, who, handoff, taken)
            await handoffs.await_agent(tx, handoff, self._holding.lease)
            tx.count(REOPENED)
        log.info("handoff reopened", handoff_id=handoff_id, agent_id=who.id)

    async def block(self, who: Principal, handoff_id: str, why: str) -> None:
        """The contact is answered no more, wherever they write: what they say is kept, and no more than that.

        Their open matters end, and nobody tells them. It can be undone.

        Raises:
            HandoffUnknown.
            NotAllowed: one neither has nor had it, nor oversees the desk.
        """
        async with self._database.write() as tx:
            found = await handoffs.get(tx, handoff_id)
            if found is None:
                raise HandoffUnknown(handoff_id)
            if not (found.agent_id == who.id or who.oversees):
                raise NotAllowed("Only who has or had the handoff, or a lead, may block a contact.")
            contact_id, places = await contacts.lock_of(tx, found.conversation_id)
            said = mask(storable(why).strip())
            if contact_id is None or not await contacts.block(tx, contact_id, who.id, said):
                return
            for conversation_id in places:
                held = await conversations.get(tx, conversation_id, lock=True)
                if held is not None:
                    await self._fall_silent(tx, who, held)
            await steps.record(tx, found, Step.BLOCKED, by=who.id, comment=said)
            place = found.conversation_id
            await events.record(tx, place, ContactBlocked(found.id, place, blocked=True))
            tx.signal("handoff", found.id)
            tx.count(BLOCKED)
        log.info("contact blocked", contact_id=contact_id, handoff_id=handoff_id, agent_id=who.id)

    async def _fall_silent(self, tx: Transaction, who: Principal, held: Conversation) -> None:
        """What is on its way to the contact is withdrawn, what was begun for them is fenced off."""
        await outgoing.withdraw(tx, held.id)
        handoff = await handoffs.open_of(tx, held.id)
        if handoff is not None:
            await self._holding.end(tx, handoff, held, HandoffState.RESOLVED, who, outcome="blocked")
        else:
            await change(tx, held, owner=Owner.BOT, expecting=None)

    async def unblock(self, who: Principal, contact_id: str) -> None:
        """The contact is answered again, from their next message on. Nothing happens when they are not blocked.

        Raises:
            NotAllowed: one does not oversee the desk, and did not block them.
        """
        async with self._database.write() as tx:
            places = await contacts.lock(tx, contact_id)
            by = await contacts.blocked_by(tx, contact_id)
            if by is None:
                return
            if not (who.oversees or by == who.id):
                raise NotAllowed("Only who blocked a contact, or a lead, may unblock them.")
            await contacts.unblock(tx, contact_id)
            for conversation_id in places:
                handoff = await self._latest(tx, conversation_id)
                if handoff is not None:
                    await events.record(tx, conversation_id, ContactBlocked(handoff.id, conversation_id, blocked=False))
                    tx.signal("handoff", handoff.id)
            tx.count(UNBLOCKED)
        log.info("contact unblocked", contact_id=contact_id, agent_id=who.id)

    async def _latest(self, tx: Transaction, conversation_id: str) -> Handoff | None:
        found = await handoffs.of_conversation(tx, conversation_id, limit=1)
        return found[0] if found else None


async def _tags(tx: Transaction) -> list[str]:
    """Those that are in use."""
    c = tables.tag.c
    return list((await tx.execute(select(c.name).where(c.removed_at.is_(None)))).scalars())
