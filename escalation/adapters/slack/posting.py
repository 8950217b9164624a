"""Keeps Slack in step with the record: for each handoff one card, edited in place, and its thread.

It never asks what happened, only what Slack lacks: so an outage, a crash or a nudge too many change nothing. A post is
written down before it is sent; one whose answer was lost is looked up by its delivery id before it is sent again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from prometheus_client import Counter
from slack_sdk.models.blocks import Block
from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from conversations.events import Event, SurveyAnswered
from conversations.handoff import OPEN_STATES, Handoff
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction, now
from conversations.store.work import schedule
from escalation import tables
from escalation.adapters.slack.card import card
from escalation.adapters.slack.lines import Line, Post, of_message, of_note, post
from escalation.http.wire import HandoffDetail
from escalation.service.view import View
from vendors.slack.api import CALL_SECONDS, SlackApi, SlackBusy, SlackRefused, SlackSilent

log = structlog.get_logger()
REFUSED = Counter("frontdesk_slack_refused", "What Slack refused to post or show, by its word for why", ["code"])
# The kind of work; its key is a handoff.
SLACK_CARD = "slack_card"
# A post that another process began may still be under way for as long as a call takes.
_UNDER_WAY = CALL_SECONDS + 2
_POSTS_AT_ONCE, _LOOKED_AT = 10, 100
_AGAIN_SILENT, _AGAIN_REFUSED = 1.0, 60.0
# Slack's words for a message that somebody deleted: the card is posted anew, with its thread.
_GONE = {"message_not_found", "thread_not_found", "invalid_thread_ts"}
# And for a channel that is not there for us: the card goes to the lobby that is named now, if it is another.
_NOWHERE = {"channel_not_found", "is_archived", "not_in_channel"}
# What tells that nobody else has posted meanwhile.
_PROGRESS = ("channel", "ts", "message", "note", "posting", "posting_at")
# Cards that are worked at once: contacts' turns need hands, too, while Slack is slow.
_AT_ONCE, _NO_HAND = 16, 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """A row of ``slack_card``: where a handoff stands in Slack, and how far."""

    handoff_id: str
    channel: str
    ts: str | None
    shown: str | None
    message: int
    note: int
    former_ts: str | None
    posting: str | None
    posting_at: float | None
    posting_message: int | None
    posting_note: int | None


async def place_of(tx: Transaction, channel: str, ts: str) -> Place | None:
    """The place of the handoff whose card is this message, or was it before somebody deleted it."""
    at = or_(tables.slack_card.c.ts == ts, tables.slack_card.c.former_ts == ts)
    return await _one(tx, and_(tables.slack_card.c.channel == channel, at))


async def coming(tx: Transaction, channel: str) -> list[Place]:
    """Cards that Slack may show already while we do not know yet where: their post is not answered."""
    where = and_(
        tables.slack_card.c.channel == channel,
        tables.slack_card.c.ts.is_(None),
        tables.slack_card.c.posting.is_not(None),
        tables.slack_card.c.posting_at > now() - 2 * _UNDER_WAY,
    )
    return [Place(**row._mapping) for row in await tx.execute(select(tables.slack_card).where(where))]


async def _one(tx: Transaction, where: Any) -> Place | None:
    row = (await tx.execute(select(tables.slack_card).where(where))).one_or_none()
    return Place(**row._mapping) if row else None


class CardListener:
    """Has the card of a handoff looked at whenever something happened to it."""

    name = "slack_desk"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def on(self, event_id: int, event: Event) -> None:
        async with self._database.write() as tx:
            handoff_id = getattr(event, "handoff_id", None)
            if isinstance(event, SurveyAnswered):
                handoff_id = await handoffs.of_episode(tx, event.conversation_id, event.episode)
            if handoff_id is not None:
                await schedule(tx, SLACK_CARD, handoff_id)


class CardWatchdog:
    """Proves at each sweep that no open handoff lacks its card: those from before Slack was connected get one too."""

    def __init__(self, database: Database, teams: Sequence[str]) -> None:
        self._database, self._teams = database, teams

    async def __call__(self) -> None:
        shown = select(tables.slack_card.c.handoff_id).where(
            tables.slack_card.c.handoff_id == t.handoff.c.id, tables.slack_card.c.ts.is_not(None)
        )
        asked_for = select(t.work.c.key).where(t.work.c.kind == SLACK_CARD, t.work.c.key == t.handoff.c.id)
        lacking = select(t.handoff.c.id).where(
            t.handoff.c.state.in_(OPEN_STATES), t.handoff.c.team.in_(self._teams), ~shown.exists(), ~asked_for.exists()
        )
        async with self._database.read() as tx:
            found = list((await tx.execute(lacking.limit(100))).scalars())
        if found:
            async with self._database.write() as tx:
                for handoff_id in found:
                    await schedule(tx, SLACK_CARD, handoff_id)


class Cards:
    """The handler of ``slack_card`` work: brings Slack up to the record."""

    def __init__(
        self, database: Database, view: View, api: SlackApi, lobbies: Mapping[str, str], assistant: str
    ) -> None:
        self._database, self._view, self._api = database, view, api
        self._lobbies, self._assistant = lobbies, assistant
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
            return _AGAIN_SILENT
        except SlackRefused as refused:
            return await self._refused(handoff_id, refused)
        finally:
            self._in_hand -= 1

    async def _refused(self, handoff_id: str, refused: SlackRefused) -> float | None:
        REFUSED.labels(refused.code).inc()
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            place = await _one(tx, tables.slack_card.c.handoff_id == handoff_id)
        assert handoff is not None and place is not None, "refused while working on them"
        lobby = self._lobbies.get(handoff.team)
        if refused.code in _GONE:
            await self._save(handoff_id, ts=None, former_ts=place.ts, shown=None, posting=None)
            return 0.0
        if refused.code in _NOWHERE and lobby not in (None, place.channel):
            await self._save(handoff_id, channel=lobby, ts=None, former_ts=None, shown=None, posting=None)
            return 0.0
        log.error("Slack refused; frontdesk doctor tells why", handoff_id=handoff_id, code=refused.code)
        return _AGAIN_REFUSED if handoff.state in OPEN_STATES else None

    async def _bring_up(self, handoff_id: str) -> float | None:
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            place = await _one(tx, tables.slack_card.c.handoff_id == handoff_id)
        if handoff is None or (place is None and not self._wanted(handoff)):
            return None
        place = place or await self._begin(handoff)
        lobby = self._lobbies.get(handoff.team, place.channel)
        if place.ts is None and place.posting is None and place.channel != lobby:  # it was never posted
            place = await self._save(handoff_id, channel=lobby)
        detail = await self._view.whole(handoff_id)
        place = await self._card(place, detail)
        for _ in range(_POSTS_AT_ONCE):
            lines, looked_at = await self._unsaid(place, handoff, detail.summary.contact)
            if lines or place.posting is not None:
                place = await self._thread(place, post(lines))
            elif looked_at > place.message:  # all of it was written in the thread itself
                place = await self._save(handoff_id, message=looked_at)
            else:
                return None
        return 0.0

    def _wanted(self, handoff: Handoff) -> bool:
        """A matter that ended before Slack heard of it needs no card."""
        return handoff.team in self._lobbies and handoff.state in OPEN_STATES

    async def _begin(self, handoff: Handoff) -> Place:
        """A row for the card that is to be."""
        made = sqlite_insert if self._database.is_sqlite else pg_insert
        row = made(tables.slack_card).values(
            handoff_id=handoff.id, channel=self._lobbies[handoff.team], message=0, note=0
        )
        async with self._database.write() as tx:
            await tx.execute(row.on_conflict_do_nothing())
            place = await _one(tx, tables.slack_card.c.handoff_id == handoff.id)
        assert place is not None
        return place

    async def _card(self, place: Place, detail: HandoffDetail) -> Place:
        """Posts the card, or shows in its place what has changed."""
        wanted = card(detail, self._assistant)
        shown = _hash(wanted.text, wanted.blocks)
        if place.ts is None:
            found = await self._posted_already(place, thread=None)
            if found is None:
                ts = await self._send(place, f"card:{place.handoff_id}", wanted.text, wanted.blocks, thread=None)
                return await self._save(place.handoff_id, ts=ts, shown=shown, posting=None, message=0, note=0)
            # What was found may be older than what is to be shown.
            place = await self._save(place.handoff_id, ts=found, shown=None, posting=None, message=0, note=0)
        assert place.ts is not None
        if place.shown != shown:
            await self._api.update(place.channel, place.ts, wanted.text, wanted.blocks)
            return await self._save(place.handoff_id, shown=shown)
        return place

    async def _unsaid(self, place: Place, handoff: Handoff, contact: str) -> tuple[list[Line], int]:
        """What the thread lacks, and the last message's number that was looked at."""
        notes = (
            select(tables.note)
            .where(tables.note.c.handoff_id == handoff.id, tables.note.c.id > place.note)
            .order_by(tables.note.c.id)
            .limit(_LOOKED_AT)
        )
        async with self._database.read() as tx:
            said = await conversations.messages(
                tx, handoff.conversation_id, place.message, episode=handoff.episode, limit=_LOOKED_AT
            )
            noted = (await tx.execute(notes)).all()
        lines = [
            of_message(m, contact, self._assistant)
            for m in said
            if not _written_there(place, (m.native_key or "").removeprefix("agent:"))
        ]
        elsewhere = [n for n in noted if not _written_there(place, n.key or "")]
        lines += [of_note(n.id, n.agent_name, n.text, n.at) for n in elsewhere]
        return lines, said[-1].number if said else place.message

    async def _thread(self, place: Place, following: Post | None) -> Place:
        """Sends the next post of the thread, once."""
        if await self._posted_already(place, thread=place.ts):
            return await self._save(
                place.handoff_id,
                posting=None,
                message=max(place.message, place.posting_message or 0),
                note=max(place.note, place.posting_note or 0),
            )
        if following is None:
            return await self._save(place.handoff_id, posting=None)
        message, note = max(place.message, following.message), max(place.note, following.note)
        delivery_id = f"lines:{place.handoff_id}:{message}:{note}"
        await self._send(
            place, delivery_id, following.text, following.blocks, thread=place.ts, message=message, note=note
        )
        return await self._save(place.handoff_id, posting=None, message=message, note=note)

    async def _posted_already(self, place: Place, thread: str | None) -> str | None:
        """The ``ts`` of the post that was begun and whose outcome is open, if Slack has it."""
        if place.posting is None:
            return None
        async with self._database.read() as tx:
            left = (place.posting_at or 0.0) + _UNDER_WAY - await conversations.clock(tx)
        if left > 0:
            raise SlackBusy(left)
        return await self._api.find(place.channel, place.posting, thread=thread)

    async def _send(
        self,
        place: Place,
        delivery_id: str,
        text: str,
        blocks: Sequence[Block],
        *,
        thread: str | None,
        message: int = 0,
        note: int = 0,
    ) -> str:
        """Posts what was written down as being posted; what Slack surely did not take is no longer so."""
        begun = await self._save(
            place.handoff_id,
            seen=place,
            posting=delivery_id,
            posting_at=now(),
            posting_message=message,
            posting_note=note,
        )
        try:
            return await self._api.post(place.channel, text, blocks, delivery_id=delivery_id, thread=thread)
        except (SlackBusy, SlackRefused):
            await self._save(begun.handoff_id, posting=None)
            raise
        except SlackSilent:
            # This process is done with it, so it may be looked for soon.
            await self._save(begun.handoff_id, posting_at=now() - _UNDER_WAY + _AGAIN_SILENT)
            raise

    async def _save(self, handoff_id: str, *, seen: Place | None = None, **changes: Any) -> Place:
        """Changes the row; with ``seen`` only if it still stands as it was read: else somebody else is at it."""
        statement = update(tables.slack_card).where(tables.slack_card.c.handoff_id == handoff_id)
        if seen is not None:
            statement = statement.where(
                *(tables.slack_card.c[name].is_not_distinct_from(getattr(seen, name)) for name in _PROGRESS)
            )
        async with self._database.write() as tx:
            row = (await tx.execute(statement.values(**changes).returning(tables.slack_card))).one_or_none()
        if row is None:
            raise SlackBusy(_UNDER_WAY)
        return Place(**row._mapping)


def _written_there(place: Place, key: str) -> bool:
    """Whether it was written in this card's own thread: after the card, in its channel."""
    kind, _, at = key.partition(":")
    channel, _, ts = at.partition(":")
    return (kind, channel) == ("m", place.channel) and ts.removesuffix(":sent") > (place.ts or "")


def _hash(text: str, blocks: Sequence[Block]) -> str:
    shown = json.dumps([text, [block.to_dict() for block in blocks]], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()
