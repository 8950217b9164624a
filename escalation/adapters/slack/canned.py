"""Canned replies in Slack: chosen in a form, seen filled in, changed if need be, sent; and edited by leads."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping

import msgspec
import structlog
from sqlalchemy import select

from conversations.handoff import HandoffError, HandoffState
from conversations.staff import Principal
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database
from escalation.adapters.slack.opening import show
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.canned import EDIT, FOR, NEW, PICK, canned_form, edit_form, send_form
from escalation.adapters.slack.who import Door, Refused
from escalation.config import Teams
from escalation.http.wire import Canned
from escalation.service.parts import DeskParts
from escalation.service.rows import contact_name
from vendors.slack.api import SlackApi, SlackError
from vendors.slack.payloads import Plain, Press, Submission

log = structlog.get_logger()
_MOST_MINE = 50


class Meant(msgspec.Struct):
    """What the form carries: for which handoff, and the words that were looked for."""

    handoff: Plain
    words: str = ""


class Edited(msgspec.Struct):
    """Which one is edited; 0: a new one."""

    canned: int


class CannedReplying:
    """The forms, from a press or a command to the reply that goes out."""

    def __init__(self, database: Database, door: Door, parts: DeskParts, api: SlackApi, teams: Teams) -> None:
        self._database, self._door, self._parts = database, door, parts
        self._api, self._teams = api, teams

    @property
    def presses(self) -> Mapping[str, Callable[[Press], Awaitable[None]]]:
        """What is pressed in the forms."""
        return {PICK: self._picked, FOR: self._picked, EDIT: self._edit, NEW: self._edit}

    async def open(self, who: Principal, trigger_id: str, handoff_id: str | None, looked_for: str = "") -> None:
        """The form, for a handoff or for one of those in hand.

        Raises:
            Refused: there is no handoff in hand, or Slack does not open it. HandoffError.
        """
        mine = await self._mine(who)
        if handoff_id is None:
            if not mine:
                if who.oversees:
                    await show(self._api, trigger_id, edit_form(None, self._teams))
                    return
                raise Refused(words.NOBODY_IN_HAND)
            handoff_id = mine[0][0]
        found = await self._parts.canned.found(who, handoff_id, looked_for)
        mine = [one for one in mine if one[0] == handoff_id] if handoff_id not in dict(mine) else mine
        await show(self._api, trigger_id, canned_form(mine, handoff_id, found, words=looked_for, edits=who.oversees))

    async def suggest(self, who: Principal, trigger_id: str, handoff_id: str, key: str) -> None:
        """The form with an answer that was suggested; it is known by its fingerprint.

        Raises:
            Refused, HandoffError.
        """
        suggested = await self._parts.suggesting.for_handoff(handoff_id)
        text = next((one.text for one in suggested if fingerprint_of(one.text) == key), None)
        if text is None:
            raise Refused(words.NO_SUGGESTION)
        await show(self._api, trigger_id, send_form(handoff_id, text))

    async def _mine(self, who: Principal) -> list[tuple[str, str]]:
        """The handoffs in hand, the longest awaited first, as they are called."""
        h = t.handoff.c
        statement = (
            select(h.id, h.reference, h.conversation_id)
            .where(h.agent_id == who.id, h.state == HandoffState.ASSIGNED)
            .order_by(h.awaiting_since.is_(None), h.awaiting_since, h.assigned_at)
            .limit(_MOST_MINE)
        )
        async with self._database.read() as tx:
            rows = (await tx.execute(statement)).all()
            known = await conversations.known_of(tx, [row.conversation_id for row in rows])
        return [
            (row.id, f"{row.reference} · {contact_name(row.conversation_id, known[row.conversation_id])}")
            for row in rows
        ]

    async def _picked(self, press: Press) -> None:
        """Another reply, or for another handoff: the form shows how it would read."""
        assert press.view is not None, "it is pressed in a form"
        action, meant = press.actions[0], press.view.meant(Meant)
        given = action.selected_option.value if action.selected_option else ""
        try:
            who = await self._door.person(press.person.id)
            handoff_id = given if action.action_id == FOR else meant.handoff
            found = await self._parts.canned.found(who, handoff_id, meant.words)
            chosen = next((one for one in found if action.action_id == PICK and str(one.id) == given), None)
            filled = await self._parts.canned.preview(who, handoff_id, chosen.id) if chosen else None
            form = canned_form(
                await self._mine(who),
                handoff_id,
                found,
                words=meant.words,
                chosen=chosen,
                filled=filled,
                edits=who.oversees,
            )
            await self._api.update_view(press.view.id, form)
        except (Refused, HandoffError, SlackError) as failed:
            log.warning("slack: the canned reply is not shown", cause=type(failed).__name__)

    async def _edit(self, press: Press) -> None:
        """A lead's form on top of this one."""
        try:
            who = await self._door.person(press.person.id)
            if who.oversees:
                await self._api.push_view(press.trigger_id, edit_form(await self._to_edit(press), self._teams))
        except (Refused, HandoffError, SlackError) as failed:
            log.warning("slack: the form did not open", cause=type(failed).__name__)

    async def _to_edit(self, press: Press) -> Canned | None:
        value = press.actions[0].value
        return await self._parts.canned.one(int(value)) if value.isascii() and value.isdigit() else None

    async def send(self, who: Principal, form: Submission) -> None:
        """Says it to the contact; the same form again says nothing twice.

        Raises:
            HandoffError.
        """
        text = form.text_of("text")
        await self._parts.desk.reply(who, form.meant(Meant).handoff, text, f"view:{form.view.id}")

    async def save(self, who: Principal, form: Submission) -> None:
        """Keeps what a lead wrote, or takes it away.

        Raises:
            HandoffError: with what is wrong.
        """
        canned_id = form.meant(Edited).canned or None
        if canned_id is not None and form.all_chosen("delete"):
            await self._parts.canned.delete(who, canned_id)
            return
        await self._parts.canned.save(
            who,
            name=form.text("name"),
            text=form.text("text"),
            team=form.chosen("team").removeprefix("team:"),
            language=form.text("language"),
            canned_id=canned_id,
        )


def fingerprint_of(text: str) -> str:
    """What stands for a suggested answer in its button."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]
