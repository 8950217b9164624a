"""✅ and ⚠️ on the holder's own messages in the thread: whether the contact's channel took them.

On the web ✅ means that the contact's browser showed it. A message that was sent again counts by its latest try.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select

from conversations.handoff import Handoff
from conversations.model import Sender, Status
from conversations.store import tables as t
from conversations.store.database import Transaction
from escalation.adapters.slack.places import GONE, Place, Places, Posted
from escalation.service.amending import again_key
from vendors.slack.api import SlackApi, SlackRefused

log = structlog.get_logger()
TAKEN, NOT_TAKEN = "white_check_mark", "warning"
_SIGNS = {Status.SENT: TAKEN, Status.FAILED: NOT_TAKEN, Status.UNKNOWN: NOT_TAKEN}
# These messages bear no reaction, now or later: https://docs.slack.dev/reference/methods/reactions.add#errors
_NEVER = GONE | {"not_reactable", "thread_locked", "is_archived", "too_many_emoji", "too_many_reactions"}
_MOST = 200


@dataclass(frozen=True, slots=True)
class Tick:
    """The reaction that the message at ``ts`` is to bear; ``number`` is the contact's message that it became."""

    number: int
    ts: str
    name: str

    @property
    def key(self) -> str:
        return f"tick:{self.number}"


async def wanted(tx: Transaction, handoff: Handoff, place: Place) -> list[Tick]:
    """The ticks of what was written in this card's channel and went to the contact, oldest first."""
    m = t.message.c
    statement = (
        select(m.number, m.native_key, m.status)
        .where(m.conversation_id == handoff.conversation_id, m.episode == handoff.episode, m.sender == Sender.AGENT)
        .order_by(m.number.desc())
        .limit(_MOST)
    )
    rows = (await tx.execute(statement)).all()
    return list(_ticks([(row.number, row.native_key or "", row.status) for row in reversed(rows)], place.channel))


def _ticks(said: list[tuple[int, str, str]], channel: str) -> Iterator[Tick]:
    begins = f"agent:m:{channel}:"
    tries = {key: (number, status) for number, key, status in said}
    for number, key, status in said:
        if not key.startswith(begins):
            continue
        latest, now = number, status
        while (again := tries.get(again_key(latest))) is not None:
            latest, now = again
        sign = _SIGNS.get(Status(now))
        if sign is not None:
            yield Tick(number, key.removeprefix(begins).removesuffix(":sent"), sign)


class Ticks:
    """Compares what Slack shows with what is wanted; asked twice it changes nothing."""

    def __init__(self, places: Places, api: SlackApi) -> None:
        self._places, self._api = places, api

    async def __call__(self, place: Place, ticks: list[Tick], posts: Mapping[str, Posted]) -> None:
        """Puts the reactions there. What Slack refuses is logged: nobody's words wait for a tick.

        Raises:
            SlackBusy, SlackSilent.
        """
        for tick in ticks:
            post = posts.get(tick.key)
            if post is not None and post.shown == tick.name:
                continue
            try:
                if post is not None and post.shown:
                    await self._api.unreact(place.channel, tick.ts, post.shown)
                await self._api.react(place.channel, tick.ts, tick.name)
            except SlackRefused as refused:
                if refused.code not in _NEVER:
                    log.warning("slack: no tick; frontdesk doctor tells why", code=refused.code)
                    return
            await self._places.put(place.handoff_id, Posted(tick.key, tick.ts, shown=tick.name))
