"""What people fill in and send: a table of acts by the form."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from conversations.handoff import HandoffError
from conversations.staff import Principal
from escalation.adapters.slack.canned import CannedReplying
from escalation.adapters.slack.payloads import Meant
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.status import OUTCOMES
from escalation.adapters.slack.views import words
from escalation.adapters.slack.views.canned import CANNED_FORM, EDIT_FORM
from escalation.adapters.slack.views.goodwill import BLOCK_FORM, GOODWILL_FORM, pence
from escalation.adapters.slack.views.parts import COMMENT_LIMIT
from escalation.adapters.slack.views.resolve import RESOLVE_FORM
from escalation.adapters.slack.views.snooze import SNOOZE_FORM, until
from escalation.adapters.slack.views.transfer import TRANSFER_FORM
from escalation.adapters.slack.who import Door, Refused
from escalation.config import Teams
from escalation.service.moving import Target
from escalation.service.parts import DeskParts
from vendors.slack.payloads import Submission, read

OnCard = Callable[[Principal, Place, Submission], Awaitable[None]]
Act = Callable[[Principal, Submission], Awaitable[None]]


class Wrong(Exception):
    """One field holds what it cannot; the message says what to do."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


class Submissions:
    """Every form, from Slack's payload to the use case."""

    def __init__(self, door: Door, parts: DeskParts, teams: Teams, canned: CannedReplying) -> None:
        self._door, self._parts, self._teams = door, parts, teams
        # Each with the field under which a refusal is shown; those of a card are believed only with their card.
        self._on_cards: Mapping[str, tuple[OnCard, str]] = {
            RESOLVE_FORM: (self._resolve, "outcome"),
            TRANSFER_FORM: (self._transfer, "team"),
            SNOOZE_FORM: (self._snooze, "until"),
            GOODWILL_FORM: (self._goodwill, "amount"),
            BLOCK_FORM: (self._block, "why"),
        }
        self._others: Mapping[str, Act] = {CANNED_FORM: canned.send, EDIT_FORM: canned.save}

    @property
    def forms(self) -> list[str]:
        """The names of the forms that are understood."""
        return [*self._on_cards, *self._others]

    async def __call__(self, body: Any) -> dict[str, str] | None:
        """A form was sent; returns what is wrong with it by field, or None.

        Raises:
            NotThisShape: it is no such form.
        """
        form = read(Submission, body)
        name, handoff_id = form.view.callback_id, None
        field = self._on_cards[name][1] if name in self._on_cards else _field_of_text(form)
        try:
            who = await self._door.person(form.person.id)
            if name in self._on_cards:
                meant = form.meant(Meant)
                place = await self._door.card(meant.channel, meant.ts, meant.handoff)
                handoff_id = place.handoff_id
                await self._on_cards[name][0](who, place, form)
            else:
                await self._others[name](who, form)
        except Wrong as wrong:
            return {wrong.field: str(wrong)}
        except Refused as refused:
            return {field: str(refused)}
        except HandoffError as no:
            return {field: await self._door.why(no, handoff_id)}
        return None

    async def _resolve(self, who: Principal, place: Place, form: Submission) -> None:
        outcome, comment = form.chosen("outcome"), form.given("comment").value or ""
        if outcome not in OUTCOMES:
            raise Refused(words.NOT_ITS_CARD)
        await self._parts.ending.resolve(
            who,
            place.handoff_id,
            outcome,
            comment[:COMMENT_LIMIT],
            tags=form.all_chosen("tags"),
            teach=bool(form.all_chosen("teach")),
        )

    async def _transfer(self, who: Principal, place: Place, form: Submission) -> None:
        person, team, comment = form.given("person").selected_person, form.chosen("team"), form.text("comment")
        if person:
            colleague = await self._door.known(person)
            if colleague is None or not colleague.works_the_desk:
                raise Wrong("person", words.NOT_A_COLLEAGUE)
            to = Target(agent_id=colleague.id)
        elif team in self._teams:
            to = Target(team=team)
        else:
            raise Wrong("team", words.CHOOSE_TARGET)
        await self._parts.moving.transfer(who, place.handoff_id, to, comment)

    async def _snooze(self, who: Principal, place: Place, form: Submission) -> None:
        handoff = await self._door.handoff(place.handoff_id)
        hours, time_given = self._teams.of(handoff.team).hours, form.given("time").selected_date_time
        try:
            at = until(form.chosen("until"), time_given, time.time(), hours)
        except ValueError as lacking:
            raise Wrong("time", str(lacking)) from lacking
        await self._parts.moving.snooze(who, place.handoff_id, at, form.text("comment"))

    async def _goodwill(self, who: Principal, place: Place, form: Submission) -> None:
        try:
            amount = pence(form.text("amount"))
        except ValueError as wrong:
            raise Wrong("amount", str(wrong)) from wrong
        key = f"view:{form.view.id}"
        await self._parts.goodwill.grant(who, place.handoff_id, form.chosen("kind"), amount, form.text("note"), key)

    async def _block(self, who: Principal, place: Place, form: Submission) -> None:
        await self._parts.ending.block(who, place.handoff_id, form.text("why"))


def _field_of_text(form: Submission) -> str:
    return next((block for block, inputs in form.view.state.values.items() if "text" in inputs), "text")
