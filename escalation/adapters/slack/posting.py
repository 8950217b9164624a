"""Keeps Slack in step with the record: for each handoff one card, edited in place, and its thread.

It never asks what happened, only what Slack lacks: so an outage, a crash or a nudge too many change nothing. A post is
written down before it is sent; one whose answer was lost is looked up by its delivery id before it is sent again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import select

from conversations.handoff import OPEN_STATES, Handoff
from conversations.model import Message
from conversations.store import conversations, handoffs
from conversations.store.database import Database
from escalation import tables
from escalation.adapters.slack.buttons import anybody_may
from escalation.adapters.slack.card import card, moved
from escalation.adapters.slack.keeping import Keeping
from escalation.adapters.slack.lines import Line, of_message, of_note, post
from escalation.adapters.slack.marks import Wants
from escalation.adapters.slack.permalinks import Permalinks
from escalation.adapters.slack.places import GONE, NOWHERE, Place, Places, Posted, fingerprint, of_handoff
from escalation.adapters.slack.sending import AGAIN_SILENT, Sending
from escalation.adapters.slack.uploads import Uploads, written_there
from escalation.http.wire import HandoffDetail
from escalation.service.view import View
from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent

log = structlog.get_logger()
REFUSED = Counter("frontdesk_slack_refused", "What Slack refused to post or show, by its word for why", ["code"])
_POSTS_AT_ONCE, _LOOKED_AT = 10, 100
# What Slack refuses is asked for again (seconds): of a matter that ended, ever later, for a day.
_AGAIN_REFUSED, _GIVEN_UP = 60.0, 86_400.0
# Cards that are worked at once: contacts' turns need hands, too, while Slack is slow.
_AT_ONCE, _NO_HAND = 16, 0.5


class Cards:
    """The handler of ``slack_card`` work: brings Slack up to the record."""

    def __init__(
        self,
        database: Database,
        view: View,
        api: SlackApi,
        uploads: Uploads,
        lobbies: Mapping[str, str],
        assistant: str,
        wants: Sequence[Wants] = (),
    ) -> None:
        self._database, self._view, self._api, self._uploads = database, view, api, uploads
        self._lobbies, self._assistant = lobbies, assistant
        self._places = Places(database)
        self._sending = Sending(database, self._places, api)
        self._keeping = Keeping(database, self._places, self._sending, api, uploads, assistant, wants)
        self._permalinks = Permalinks(api)
        self._in_hand = 0

    async def __call__(self, handoff_id: str) -> float | None:
        if self._in_hand >= _AT_ONCE:
            return _NO_HAND
        self._in_hand += 1
        try:
            return await self._bring_up(handoff_id)
        except SlackBusy as busy:
            return busy.retry_after
        except SlackSilent as silent:
            log.warning("Slack does not answer", handoff_id=handoff_id, cause=str(silent))
            return AGAIN_SILENT
        except SlackRefused as refused:
            return await self._refused(handoff_id, refused)
        finally:
            self._in_hand -= 1

    async def _refused(self, handoff_id: str, refused: SlackRefused) -> float | None:
        REFUSED.labels(refused.code).inc()
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            place = await of_handoff(tx, handoff_id)
            at = await conversations.clock(tx)
        assert handoff is not None and place is not None, "refused while working on them"
        lobby = self._lobbies.get(handoff.team)
        if refused.code in GONE:
            await self._places.forget_thread(handoff_id, former_ts=place.ts)
            return 0.0
        if refused.code in NOWHERE and lobby not in (None, place.channel):
            await self._places.forget_thread(handoff_id, channel=lobby, former_ts=None)
            return 0.0
        log.error("Slack refused; frontdesk doctor tells why", handoff_id=handoff_id, code=refused.code)
        age = 0.0 if handoff.ended_at is None else at - handoff.ended_at
        return max(_AGAIN_REFUSED, age) if age < _GIVEN_UP else None

    async def _bring_up(self, handoff_id: str) -> float | None:
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            place = await of_handoff(tx, handoff_id)
        if handoff is None or (place is None and not self._wanted(handoff)):
            return None
        place = place or await self._places.begin(handoff.id, self._lobbies[handoff.team])
        detail = await self._view.whole(handoff_id)
        detail.may = sorted(anybody_may(handoff, blocked=detail.summary.blocked))
        place = await self._where(place, handoff, detail)
        try:
            place, late = await self._card(place, detail), None
        except SlackBusy as busy:  # what was said does not wait for a card that shows a little less
            if place.ts is None:
                raise
            late = busy
        again_in = await self._thread_up(place, handoff, detail)
        if late is not None:
            raise late
        return again_in

    async def _where(self, place: Place, handoff: Handoff, detail: HandoffDetail) -> Place:
        """The place in the lobby of the handoff's team: one that was passed on says in the old lobby where it went."""
        lobby = self._lobbies.get(handoff.team, place.channel)
        if place.channel == lobby or place.posting is not None or handoff.state not in OPEN_STATES:
            return place
        if place.ts is None:  # it was never posted
            return await self._places.save(handoff.id, channel=lobby)
        gone = moved(detail)
        await self._places.leave(place)
        try:
            await self._api.update(place.channel, place.ts, gone.text, gone.blocks)
        except SlackRefused as refused:
            if refused.code not in GONE | NOWHERE:
                raise
        await self._places.forget_thread(handoff.id, channel=lobby, former_ts=place.ts)
        return await self._places.begin(handoff.id, lobby)

    async def _thread_up(self, place: Place, handoff: Handoff, detail: HandoffDetail) -> float | None:
        """Brings the thread up to date, and the card's links to what was posted there."""
        contact, posted = detail.summary.contact, False
        for _ in range(_POSTS_AT_ONCE):
            if place.posting is not None:
                place, posted = await self._outcome(place, handoff, contact), True
                continue
            file = await self._uploads.next(place, handoff, place.message)
            if file is not None:
                await self._uploads.bring(place, file)
                return 0.0  # a transfer may take long: each has its own time
            lines, looked_at = await self._unsaid(place, handoff, contact)
            if lines:
                place, posted = await self._thread(place, lines), True
            elif looked_at > place.message:  # all of it was written in the thread itself
                place = await self._places.save(place.handoff_id, message=looked_at)
            else:
                again_in = await self._keeping(place, handoff, detail)
                if posted:
                    await self._card(place, detail)
                return again_in
        return 0.0

    def _wanted(self, handoff: Handoff) -> bool:
        """A matter that ended before Slack heard of it needs no card."""
        return handoff.team in self._lobbies and handoff.state in OPEN_STATES

    async def _card(self, place: Place, detail: HandoffDetail) -> Place:
        """Posts the card, or shows in its place what has changed."""
        links = await self._permalinks.of(place, await self._places.posts(place.handoff_id))
        wanted = card(detail, self._assistant, links)
        shown = fingerprint(wanted.text, wanted.blocks)
        anew: dict[str, Any] = {"posting": None, "message": 0, "note": 0}
        if place.ts is None:
            found = await self._sending.posted_already(place, thread=None)
            if found is None:
                delivery_id = f"card:{place.handoff_id}"
                ts = await self._sending.send(place, delivery_id, wanted.text, wanted.blocks, thread=None)
                return await self._places.save(place.handoff_id, ts=ts, shown=shown, **anew)
            # What was found may be older than what is to be shown.
            place = await self._places.save(place.handoff_id, ts=found, shown=None, **anew)
        assert place.ts is not None
        if place.shown != shown:
            await self._api.update(place.channel, place.ts, wanted.text, wanted.blocks)
            return await self._places.save(place.handoff_id, shown=shown)
        return place

    async def _unsaid(
        self, place: Place, handoff: Handoff, contact: str, through: int | None = None, last_note: int | None = None
    ) -> tuple[list[Line], int]:
        """What the thread lacks, and the last message's number that was looked at.

        It ends with the first message that carries files: they come after its line, and before the next one.
        """
        n = tables.note
        notes = select(n).where(n.c.handoff_id == handoff.id, n.c.id > place.note).order_by(n.c.id)
        if last_note is not None:
            notes = notes.where(n.c.id <= last_note)
        async with self._database.read() as tx:
            said = await conversations.messages(
                tx, handoff.conversation_id, place.message, through=through, episode=handoff.episode, limit=_LOOKED_AT
            )
            noted = (await tx.execute(notes.limit(_LOOKED_AT))).all()
        said = said[: _through_the_first_file(place, said)]
        lines = [of_message(m, contact, self._assistant) for m in said if not written_there(place, m.native_key)]
        elsewhere = [n for n in noted if not written_there(place, n.key)]
        lines += [of_note(n.id, n.agent_name, n.text, n.at) for n in elsewhere]
        return lines, said[-1].number if said else place.message

    async def _thread(self, place: Place, lines: Sequence[Line]) -> Place:
        """Sends the next post of the thread."""
        following = post(lines)
        assert following is not None, "there are lines"
        message, note = max(place.message, following.message), max(place.note, following.note)
        key = f"lines:{message}:{note}"
        ts = await self._sending.send(
            place,
            f"{key}:{place.handoff_id}",
            following.text,
            following.blocks,
            thread=place.ts,
            message=message,
            note=note,
        )
        shown = fingerprint(following.text, following.blocks)
        posted = Posted(key, ts, following.messages, following.notes, shown)
        return await self._places.save(place.handoff_id, posted=posted, posting=None, message=message, note=note)

    async def _outcome(self, place: Place, handoff: Handoff, contact: str) -> Place:
        """Finds out what became of a post whose answer was lost."""
        ts = await self._sending.posted_already(place, thread=place.ts)
        if ts is None:
            return await self._places.save(place.handoff_id, posting=None)
        assert place.posting is not None
        key = place.posting.removesuffix(f":{place.handoff_id}")
        message, note = max(place.message, place.posting_message or 0), max(place.note, place.posting_note or 0)
        posted = Posted(key, ts)
        if key.startswith("lines:"):
            lines, _ = await self._unsaid(place, handoff, contact, message, note)
            messages = [line.message for line in lines if line.message]
            posted = Posted(key, ts, messages, [line.note for line in lines if line.note])
        return await self._places.save(place.handoff_id, posted=posted, posting=None, message=message, note=note)


def _through_the_first_file(place: Place, said: Sequence[Message]) -> int:
    """How many messages there are up to the first one whose files are to follow it."""
    carrying = (m.attachments and not written_there(place, m.native_key) for m in said)
    return next((index for index, carries in enumerate(carrying, start=1) if carries), len(said))
