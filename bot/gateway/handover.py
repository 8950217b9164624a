"""Hands a conversation to the queue: reasons, new owner and words, in the turn's own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import structlog
from prometheus_client import Counter

from bot.config import HandoffPolicy
from bot.gateway import understood
from bot.gateway.sight import Sight, heard_before
from bot.gateway.tone import Tone
from bot.handoff_policy import Heard, vip
from conversations.events import HandoffOpened, ReasonAdded
from conversations.handoff import Handoff, HandoffState, Reason, ReasonKind
from conversations.model import Conversation, Message, Outbound, Owner, Sender
from conversations.notices import Notices
from conversations.ports import Desk, Opening, is_at_once, place_in_words, waiting_buttons
from conversations.store import contacts, conversations, events, handoffs
from conversations.store.database import Database, Transaction

log = structlog.get_logger()
OPENED = Counter("frontdesk_handoffs_opened", "Handoffs opened, by their most urgent reason", ["reason"])

_UPSET, _STILL_UPSET = "handoff_upset", "handoff_still_upset"
_WORDS = {
    ReasonKind.ASKED: "handoff_asked",
    ReasonKind.MOOD_LOW: _UPSET,
    ReasonKind.MOOD_FALLING: _UPSET,
    ReasonKind.NOT_UNDERSTOOD: "handoff_not_understood",
    ReasonKind.CIRCLES: "handoff_circles",
    ReasonKind.RESERVED: "handoff_reserved",
    ReasonKind.FORM_FAILED: "handoff_form_failed",
    ReasonKind.PROMISE_LATE: "handoff_promise_late",
    ReasonKind.VIP: "handoff_vip",
    ReasonKind.ENGINE_FAILING: "handoff_engine_failing",
}
# More reasons than an agent would read add nothing; the latest messages are in the transcript.
_MOST_REASONS = 20


class Handover:
    """Opens handoffs, or adds reasons to the open one: there is never a second."""

    def __init__(self, database: Database, notices: Notices, policy: HandoffPolicy, desk: Desk, tone: Tone) -> None:
        self._database, self._notices, self._policy = database, notices, policy
        self._desk, self._tone = desk, tone

    async def asked(self, sight: Sight, press: Message) -> None:
        """*Talk to a person* was pressed: hands over everything up to that press without asking the engine."""
        reason = Reason(ReasonKind.ASKED, f"Pressed “{press.text}”", self._policy.asked.priority, press.number)
        await self.outright(sight, [reason], press.number)

    async def outright(self, sight: Sight, reasons: Sequence[Reason], through: int) -> None:
        """Settles up to ``through`` by a handoff, in a transaction of its own."""
        async with self._database.write() as tx:
            kept = await conversations.settle(tx, sight.conversation, through, expecting=None)
            if kept is not None:
                await self.open(tx, kept, reasons)

    async def open(
        self,
        tx: Transaction,
        held: Conversation,
        reasons: Sequence[Reason],
        cut_form: str | None = None,
        words: Sequence[Outbound] = (),
        team: str | None = None,
    ) -> None:
        """Within the turn's transaction: handoff row, owner ``queue``, events, and what the contact is told.

        Args:
            cut_form: the form that this interrupts; a handoff ends it.
            words: what the assistant says before its notice.
            team: whose a new handoff is; None: as the settings say.
        """
        existing = await handoffs.open_of(tx, held.id)
        if existing is not None and existing.state is HandoffState.ASSIGNED:
            return
        facts = {**held.facts, **{k: v for k, v in held.slots.items() if v is not None and k != "requested_slot"}}
        changes: dict[str, Any] = {"state": None, "facts": facts, "cut_form": cut_form or held.cut_form}
        queued = await conversations.change(tx, held, owner=Owner.QUEUE, **changes)
        assert queued is not None, "the conversation is locked by this transaction"
        if existing is None:
            said = await self._open_new(tx, queued, reasons, team)
        else:
            said = await self._open_again(tx, queued, existing, reasons)
        await conversations.say(tx, queued.id, queued.episode, [*words, *said])

    async def vip(self, tx: Transaction, held: Conversation, number: int) -> list[Reason]:
        """That the contact is a VIP, if the business says so; ``number`` is what they wrote just now."""
        if not self._policy.vip.profile:
            return []
        return vip(await contacts.business_profile(tx, held.contact_id), number, self._policy)

    async def _open_new(
        self, tx: Transaction, held: Conversation, reasons: Sequence[Reason], team: str | None
    ) -> list[Outbound]:
        if all(reason.kind is not ReasonKind.VIP for reason in reasons):
            reasons = [*reasons, *await self.vip(tx, held, held.last_contact_number)]
        heard = await heard_before(tx, held)
        matters = tuple(dict.fromkeys(turn.parse.intent for turn in reversed(heard) if turn.parse.understood))
        opening = Opening(tuple(r.kind for r in reasons), matters, held.channel, held.language)
        team = team or self._desk.team_for(opening)
        handoff = await handoffs.create(tx, held, reasons, team, self._desk.skills_for(team, matters))
        await events.record(tx, held.id, HandoffOpened(handoff.id, held.id))
        tx.count(OPENED.labels(reasons[0].kind))
        log.info("handoff opened", handoff_id=handoff.id, reasons=[reason.kind for reason in reasons])
        place = await self._place(tx, handoff)
        if is_at_once(handoff.priority):  # one message: nobody in danger is to read three
            return [place]
        return [self._acknowledgement(handoff, reasons, heard), place]

    async def _open_again(
        self, tx: Transaction, held: Conversation, handoff: Handoff, reasons: Sequence[Reason]
    ) -> list[Outbound]:
        await handoffs.add_reasons(tx, handoff, reasons[: max(0, _MOST_REASONS - len(handoff.reasons))])
        await events.record(tx, held.id, ReasonAdded(handoff.id, held.id))
        now = replace(handoff, priority=max(handoff.priority, *(reason.priority for reason in reasons)))
        return [await self._place(tx, now, "" if is_at_once(now.priority) else "handoff_again")]

    async def told_more(self, tx: Transaction, handoff: Handoff) -> Outbound:
        """What somebody who waits hears when they write on: that it was added, and how long it will take."""
        if is_at_once(handoff.priority):
            return await self._place(tx, handoff)
        outlook, notices = await self._desk.outlook(tx, handoff), self._notices.spoken(handoff.language)
        name = (
            "queue_ack_upset" if any(_WORDS.get(reason.kind) == _UPSET for reason in handoff.reasons) else "queue_ack"
        )
        text = notices(name, handoff.id, reference=handoff.reference, place=outlook.number)
        return Outbound(Sender.SYSTEM, text, buttons=waiting_buttons(notices, handoff, mail=outlook.mail))

    def _acknowledgement(self, handoff: Handoff, reasons: Sequence[Reason], heard: Sequence[Heard]) -> Outbound:
        words = next(
            (_WORDS[r.kind] for r in reasons if r.kind in {ReasonKind.MOOD_LOW, ReasonKind.MOOD_FALLING}),
            _WORDS[reasons[0].kind],
        )
        if any(reason.kind is ReasonKind.RESERVED for reason in reasons):
            words = _WORDS[ReasonKind.RESERVED]
        if words == _UPSET and any(map(self._tone.is_annoyed, heard[:-1])):  # who was told so is not told again
            words = _STILL_UPSET
        said_back = understood.said_back(heard, self._policy, self._notices)
        notices = self._notices.spoken(handoff.language)
        asked = understood.asked(heard)
        text = notices(words, handoff.id, reference=handoff.reference, said_back=said_back, asked=asked)
        return Outbound(Sender.BOT, text, name=self._tone.assistant)

    async def _place(self, tx: Transaction, handoff: Handoff, first: str = "") -> Outbound:
        """How long it will take, after the notice named ``first``, with what may be pressed meanwhile."""
        notices = self._notices.spoken(handoff.language)
        before = notices(first, handoff.id, reference=handoff.reference) if first else ""
        outlook = await self._desk.outlook(tx, handoff)
        place = place_in_words(self._notices, handoff, outlook)
        buttons = waiting_buttons(notices, handoff, mail=outlook.mail)
        return Outbound(Sender.SYSTEM, f"{before} {place}".strip(), buttons=buttons)
