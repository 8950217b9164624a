"""What people write in a card's thread: the holder's words go to the contact, all others stay inside."""

from __future__ import annotations

from typing import Any

from conversations.handoff import Handoff, HandoffError, HandoffState, KeptAsNote, Step
from conversations.staff import Principal
from conversations.store import steps
from conversations.store.database import Database
from escalation.adapters.slack.outgoing import Outgoing
from escalation.adapters.slack.payloads import before, changed_at, text_now, written_in_a_thread
from escalation.adapters.slack.places import Places, Posted
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.offers import (
    CLAIM_AGAIN,
    KEEP_AS_NOTE,
    ONLY_DISCUSS,
    REOPEN,
    TAKE_OVER,
    offer,
)
from escalation.adapters.slack.whispers import Whispers
from escalation.adapters.slack.who import Door, Refused, Told, TooSoon
from escalation.service.amending import BeingSent, CannotBeRevised, MatterEnded, NotTheirMessage
from escalation.service.holding import holds
from escalation.service.parts import DeskParts
from vendors.slack.payloads import Said, read
from vendors.slack.text import calls_somebody, private_part, readable

# Each begins another waiting, or ends one: whoever is asked once is asked once between two of them.
_HOLDING = frozenset({Step.CLAIMED, Step.STEPPED_IN, Step.REOPENED})
_TURNS = _HOLDING | {Step.OPENED, Step.RELEASED, Step.LEASE_OVER, Step.TRANSFERRED}


class Heard:
    """Every message in a card's thread, from Slack's payload to the use case."""

    def __init__(
        self, database: Database, door: Door, parts: DeskParts, outgoing: Outgoing, whispers: Whispers
    ) -> None:
        self._database, self._places = database, Places(database)
        self._door, self._desk, self._amending = door, parts.desk, parts.amending
        self._outgoing, self._whispers = outgoing, whispers

    async def __call__(self, event: Any) -> None:
        """Somebody wrote in the thread of a card: the holder's words go to the contact, all others stay inside.

        Raises:
            NotThisShape: it is no message.
            TooSoon: Slack is to send it again.
        """
        if isinstance(event, dict) and event.get("subtype") in ("message_changed", "message_deleted"):
            await self._changed(read(Said, event))
            return
        said = read(Said, event)
        if not written_in_a_thread(said):
            return
        thread = str(said.thread_ts)
        on_its_way, place = await self._door.coming(said.channel), await self._door.place(said.channel, thread)
        moved = await self._door.moved_from(said.channel, thread) if place is None else None
        if place is None and moved is None:
            if on_its_way:
                raise TooSoon("a thread of a card whose place is not known yet")
            return
        try:
            who = await self._door.person(said.person)
            told = await (self._take(who, place.handoff_id, said) if place else self._keep(who, str(moved), said))
        except Refused as refused:
            told = Told(str(refused))
        if told is not None:
            self._whispers.tell(said.channel, said.person, told.text, thread, told.blocks)

    async def _take(self, who: Principal, handoff_id: str, said: Said) -> Told | None:
        key, text = f"m:{said.channel}:{said.ts}", readable(said.text)
        # Sent again by Slack it means what it meant the first time, whoever holds the handoff by now.
        if await self._desk.knows(handoff_id, key) or await self._outgoing.waits(key):
            return None
        handoff = await self._door.handoff(handoff_id)
        if not text and not said.files:
            return None
        is_holder, private = holds(who, handoff), private_part(text)
        if is_holder and private is None and not calls_somebody(said.text):
            try:
                await self._send(who, handoff_id, key, said, text)
            except KeptAsNote:
                return None
            except HandoffError:  # lost in this very moment: these words go the way of anybody's
                handoff, is_holder = await self._door.handoff(handoff_id), False
            else:
                return None
        note = text if private is None else private
        if note:
            await self._desk.note(who, handoff_id, note, key)
        if private is not None:
            return None if text.startswith("//") else Told(words.KEPT_PRIVATE)
        if is_holder:
            return Told(words.KEPT_MENTION)
        return await self._kept(who, handoff, said, key if note else None)

    async def _keep(self, who: Principal, handoff_id: str, said: Said) -> Told | None:
        """In the thread of a card that says that it moved: a note, also of what was written before and comes late."""
        key, text = f"m:{said.channel}:{said.ts}", readable(said.text)
        if await self._desk.knows(handoff_id, key) or not (text or said.files):
            return None
        private = private_part(text)
        if note := text if private is None else private:
            await self._desk.note(who, handoff_id, note, key)
        return Told(_with_files(words.KEPT_MOVED, said)) if private is None else None

    async def _kept(self, who: Principal, handoff: Handoff, said: Said, key: str | None) -> Told | None:
        """What somebody is told whose words or files stayed inside because they do not hold the handoff.

        Of a discussion they hear nothing; whether it is one they are asked once, as long as the handoff waits.
        """
        async with self._database.read() as tx:
            taken = await steps.of(tx, handoff.id, _TURNS)
        held_it = any(step.what in _HOLDING and step.agent_id == who.id for step in taken)
        lately = f"{who.id}:{len(taken)}"
        if key is None:
            asked_for = handoff.state is not HandoffState.ASSIGNED
            return Told(f"{words.FILE_KEPT} {words.FILE_NOT_WITH_IT}") if asked_for else None
        match handoff.state:
            case HandoffState.WAITING if held_it:
                text = _with_files(words.KEPT_LOST, said)
                return Told(text, offer(text, CLAIM_AGAIN, KEEP_AS_NOTE, handoff.id, key))
            case HandoffState.WAITING:
                asked = Posted(f"asked:{lately}", said.ts, shown="asked")
                text = _with_files(words.KEPT_WAITING, said)
                if said.files or await self._places.put(handoff.id, asked):
                    return Told(text, offer(text, TAKE_OVER, ONLY_DISCUSS, handoff.id, key))
                return None
            case HandoffState.ASSIGNED:
                told = Posted(f"told:{lately}", said.ts, shown="told")
                if held_it and await self._places.put(handoff.id, told):
                    return Told(words.KEPT_TAKEN.format(agent=handoff.agent_name))
                return None
            case HandoffState.RESOLVED:
                text = words.KEPT_RESOLVED
                return Told(text, offer(text, REOPEN, KEEP_AS_NOTE, handoff.id, key))
            case _:
                return Told(words.KEPT_ENDED)

    async def _send(self, who: Principal, handoff_id: str, key: str, said: Said, text: str) -> None:
        """To the contact: at once, or behind the files that are to go with it or before it.

        Raises:
            HandoffError: they hold it no longer.
        """
        if said.files or await self._outgoing.has(handoff_id):
            await self._outgoing.add(
                handoff_id,
                key,
                channel=said.channel,
                ts=said.ts,
                thread=str(said.thread_ts),
                slack_id=said.person,
                text=text,
                files=said.files,
            )
            return
        await self._desk.reply(who, handoff_id, text, key)

    async def _changed(self, changed: Said) -> None:
        """Somebody edited or deleted what they wrote: what went to the contact is changed there, too."""
        was = before(changed)
        if was is None:
            return
        thread = str(was.thread_ts)
        place = await self._door.place(changed.channel, thread)
        who = await self._door.known(was.person)
        if place is None or who is None or not who.works_the_desk:
            return
        key = f"m:{changed.channel}:{was.ts}"
        told = await self._revise(who, place.handoff_id, key, changed)
        if told is not None:
            self._whispers.tell(changed.channel, was.person, told, thread)

    async def _revise(self, who: Principal, handoff_id: str, key: str, changed: Said) -> str | None:
        """Returns what its writer is to be told, if the contact keeps seeing the old text.

        Raises:
            TooSoon: it is on its way this moment.
        """
        if await self._outgoing.waits(key):
            raise TooSoon("a change of what waits for its files")
        raw = text_now(changed)
        text = None if raw is None else readable(raw)
        number = await self._amending.number_of(handoff_id, key)
        if number is None:
            await self._amending.revise_note(who, handoff_id, key, text)
            return None
        if text is not None and private_part(text) is not None:
            return words.EDIT_PRIVATE
        if raw is not None and calls_somebody(raw):
            return words.EDIT_MENTION
        try:
            await self._amending.revise(who, handoff_id, number, text, changed_at(changed))
        except BeingSent as moment:
            raise TooSoon("a change of what is being sent") from moment
        except HandoffError as no:
            return _STAYS.get(type(no), words.EDIT_STAYS)
        return None


# Why the contact keeps seeing the old text.
_STAYS: dict[type[HandoffError], str] = {
    CannotBeRevised: words.EDIT_STAYS,
    MatterEnded: words.EDIT_ENDED,
    NotTheirMessage: words.EDIT_NOT_YOURS,
}


def _with_files(text: str, said: Said) -> str:
    return f"{text} {words.FILE_NOT_WITH_IT}" if said.files else text
