"""Who acts in a lobby, and on what: only people on the roster, and only on a card that stands where the record says."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from slack_sdk.models.blocks import Block

from conversations.handoff import ClaimLost, Handoff, HandoffError
from conversations.staff import Principal
from conversations.store import conversations, handoffs, staff
from conversations.store.database import Database
from escalation.adapters.slack.places import Place, coming, moved_from, place_of
from escalation.adapters.slack.views import words
from escalation.service.seeing import sees

log = structlog.get_logger()


class Refused(Exception):
    """Nothing was changed; the message is for the person who tried."""


class TooSoon(Exception):
    """It may belong to a card that is being posted this moment: Slack is to send it again."""


@dataclass(frozen=True, slots=True)
class Told:
    """A word to the one who wrote; ``blocks`` offer what may still be done with what they wrote."""

    text: str
    blocks: Sequence[Block] | None = None


class Door:
    """Lets people of the roster in, each to the handoff that they mean."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def person(self, slack_id: str) -> Principal:
        """Who this is.

        Raises:
            Refused: they are not on the roster, or do not work at the desk.
        """
        who = await self.known(slack_id)
        if who is None:
            log.warning("slack: somebody who is not on the roster", slack_id=slack_id)
            raise Refused(words.NOT_ON_ROSTER.format(slack_id=slack_id))
        if not who.works_the_desk:
            raise Refused(words.NOT_THE_DESK)
        return who

    async def known(self, slack_id: str) -> Principal | None:
        """Who this is on the roster, if anybody."""
        async with self._database.read() as tx:
            return await staff.by_slack_id(tx, slack_id)

    async def card(self, channel: str, ts: str, handoff_id: str) -> Place:
        """The card at this place, if it is this handoff's; one that was posted this moment has no known place yet.

        Raises:
            Refused: it is not.
        """
        posted = next((place for place in await self.coming(channel) if place.handoff_id == handoff_id), None)
        place = await self.place(channel, ts) or posted
        if place is None or place.handoff_id != handoff_id:
            log.warning("slack: a button that is not its card's", channel=channel, ts=ts)
            raise Refused(words.NOT_ITS_CARD)
        return place

    async def place(self, channel: str, ts: str) -> Place | None:
        """The place of the handoff whose card this message is, if it is one."""
        async with self._database.read() as tx:
            return await place_of(tx, channel, ts)

    async def moved_from(self, channel: str, ts: str) -> str | None:
        """The handoff whose card this message was, if it stands in another lobby by now."""
        async with self._database.read() as tx:
            return await moved_from(tx, channel, ts)

    async def coming(self, channel: str) -> list[Place]:
        """Asked before the place is: what was not known yet then may be known now."""
        async with self._database.read() as tx:
            return await coming(tx, channel)

    async def handoff(self, handoff_id: str) -> Handoff:
        """The handoff of a card as it stands now."""
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
        assert handoff is not None, "a card's row refers to it"
        return handoff

    async def require_sight(self, who: Principal, handoff_id: str) -> None:
        """Of a card only those may press anything who see its handoff on the other desks.

        Raises:
            Refused: it is another team's.
        """
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            if handoff is None or not await sees(tx, who, handoff):
                raise Refused(words.ANOTHER_TEAMS)

    async def contact_of(self, handoff_id: str) -> str:
        """The id of the contact whose matter it is."""
        async with self._database.read() as tx:
            handoff = await handoffs.get(tx, handoff_id)
            held = await conversations.get(tx, handoff.conversation_id) if handoff else None
        assert held is not None, "a card's row refers to it"
        return held.contact_id

    async def why(self, no: HandoffError, handoff_id: str | None) -> str:
        """A refusal in words. Who won a claim is known from the refusal itself, before others can read it."""
        if isinstance(no, ClaimLost):
            return words.who_has_it(no.state, no.agent_name, None if no.at is None else max(0.0, time.time() - no.at))
        if (said := words.refusal(no)) is not None:
            return said
        if handoff_id is None:
            return f"{type(no).__doc__} {words.NOTHING}"
        handoff = await self.handoff(handoff_id)
        return words.who_has_it(handoff.state, handoff.agent_name)
