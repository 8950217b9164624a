"""Keeps a thread true once all is said there: edits, deletions, failures, who left. Every post is edited in place."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select

from conversations.handoff import Handoff
from conversations.model import PULL_CHANNELS, Message, Sender, Status
from conversations.store import conversations
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from escalation import tables
from escalation.adapters.slack import marks, ticks
from escalation.adapters.slack.lines import Post, of_message, of_note, post_again
from escalation.adapters.slack.marks import Mark, Wants
from escalation.adapters.slack.places import GONE, Place, Places, Posted, fingerprint
from escalation.adapters.slack.sending import Sending
from escalation.adapters.slack.uploads import Uploads
from escalation.http.wire import HandoffDetail
from vendors.slack.api import SlackApi, SlackRefused

_CHANGED_STATUSES = (Status.FAILED, Status.UNKNOWN, Status.WITHDRAWN)
# A message that is on its way is looked for again after half of its age, within these bounds (seconds), for a day.
_SOON, _LATE, _GIVEN_UP = 1.0, 60.0, 86_400.0


class Keeping:
    """Compares what the thread shows with the record; asked twice it changes nothing."""

    def __init__(
        self,
        database: Database,
        places: Places,
        sending: Sending,
        api: SlackApi,
        uploads: Uploads,
        assistant: str,
        wants: Sequence[Wants],
    ) -> None:
        self._database, self._places, self._sending, self._api = database, places, sending, api
        self._uploads, self._assistant = uploads, assistant
        self._ticks, self._wants = ticks.Ticks(places, api), wants

    async def __call__(self, place: Place, handoff: Handoff, detail: HandoffDetail) -> float | None:
        """Brings what stands in the thread up to date; returns the seconds after which to look again, if at all.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        contact = detail.summary.contact
        posts = {post.key: post for post in await self._places.posts(handoff.id)}
        async with self._database.read() as tx:
            changed = await _changed(tx, handoff, place.message)
            wanted = await marks.of_messages(tx, handoff)
            wanted += await marks.of_contact(tx, handoff, told=marks.LEFT in posts)
            taken = await ticks.wanted(tx, handoff, place)
            again_in = await _on_its_way(tx, handoff)
        wanted += marks.of_files(await self._uploads.refused(handoff.id))
        for wants in self._wants:
            more = await wants(handoff, detail, posts)
            wanted += more.marks
            again_in = min((at for at in (again_in, more.again_in) if at is not None), default=None)
        for post in posts.values():
            if changed.intersection(post.messages):
                await self._renew(place, handoff, post, contact)
        for mark in wanted:
            place = await self._mark(place, mark, posts.get(mark.key))
        await self._ticks(place, taken, posts)
        return again_in

    async def _renew(self, place: Place, handoff: Handoff, post: Posted, contact: str) -> None:
        """Shows the lines of a post as they are in the record now."""
        async with self._database.read() as tx:
            said = await _messages(tx, handoff, post.messages)
            n = tables.note
            noted = (await tx.execute(select(n).where(n.c.id.in_(post.notes)))).all() if post.notes else []
        lines = [of_message(m, contact, self._assistant) for m in said]
        lines += [of_note(n.id, n.agent_name, n.text, n.at) for n in noted]
        await self._show(place, post, post_again(lines))

    async def _show(self, place: Place, post: Posted, wanted: Post | Mark | None) -> None:
        if wanted is None or post.shown == (shown := fingerprint(wanted.text, wanted.blocks)):
            return
        try:
            await self._api.update(place.channel, post.ts, wanted.text, wanted.blocks)
        except SlackRefused as refused:
            if refused.code not in GONE:
                raise  # somebody deleted this post alone: it is not missed
        await self._places.shows(place.handoff_id, post.key, shown)

    async def _mark(self, place: Place, mark: Mark, post: Posted | None) -> Place:
        """Posts a mark, or shows it as it is now."""
        if post is not None:
            await self._show(place, post, mark)
            return place
        ts = await self._sending.send(
            place,
            f"{mark.key}:{place.handoff_id}",
            mark.text,
            mark.blocks,
            thread=place.ts,
            message=place.message,
            note=place.note,
        )
        posted = Posted(mark.key, ts, shown=fingerprint(mark.text, mark.blocks))
        return await self._places.save(place.handoff_id, posted=posted, posting=None)


async def _changed(tx: Transaction, handoff: Handoff, through: int) -> set[int]:
    """Numbers of the matter's messages that may not be what they were when they were posted."""
    m = t.message.c
    statement = select(m.number).where(
        m.conversation_id == handoff.conversation_id,
        m.episode == handoff.episode,
        m.number <= through,
        or_(m.edited_at.is_not(None), m.deleted_at.is_not(None), m.status.in_(_CHANGED_STATUSES)),
    )
    return set((await tx.execute(statement)).scalars())


async def _messages(tx: Transaction, handoff: Handoff, numbers: Sequence[int]) -> list[Message]:
    if not numbers:
        return []
    first, last, wanted = min(numbers), max(numbers), set(numbers)
    found = await conversations.messages(tx, handoff.conversation_id, first - 1, through=last, episode=handoff.episode)
    return [message for message in found if message.number in wanted]


async def _on_its_way(tx: Transaction, handoff: Handoff) -> float | None:
    """When to look again for an agent's message that its channel has not taken yet; of the web an event tells."""
    if handoff.conversation_id.partition(":")[0] in PULL_CHANNELS:
        return None
    m = t.message.c
    statement = select(now() - m.at).where(
        m.conversation_id == handoff.conversation_id,
        m.episode == handoff.episode,
        m.sender == Sender.AGENT,
        m.status.in_((Status.PENDING, Status.SENDING)),
        m.at > now() - _GIVEN_UP,
    )
    ages = [float(age) for age in (await tx.execute(statement)).scalars()]
    return min(_LATE, max(_SOON, min(ages) / 2)) if ages else None
