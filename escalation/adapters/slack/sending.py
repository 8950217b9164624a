"""Posts into Slack, each once: written down before it is sent, and looked up when its answer was lost."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.blocks import Block

from conversations.store import conversations
from conversations.store.database import Database, now
from escalation.adapters.slack.places import UNDER_WAY, Place, Places
from vendors.slack.api import SlackApi, SlackBusy, SlackRefused, SlackSilent

AGAIN_SILENT = 1.0


class Sending:
    """One post at a time for each handoff: its row says which."""

    def __init__(self, database: Database, places: Places, api: SlackApi) -> None:
        self._database, self._places, self._api = database, places, api

    async def posted_already(self, place: Place, thread: str | None) -> str | None:
        """The ``ts`` of the post that was begun and whose outcome is open, if Slack has it.

        Raises:
            SlackBusy: it may be under way; SlackRefused, SlackSilent.
        """
        if place.posting is None:
            return None
        async with self._database.read() as tx:
            left = (place.posting_at or 0.0) + UNDER_WAY - await conversations.clock(tx)
        if left > 0:
            raise SlackBusy(left)
        return await self._api.find(place.channel, place.posting, thread=thread)

    async def send(
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
        """Posts what was written down as being posted; what Slack surely did not take is no longer so.

        Raises:
            SlackBusy, SlackRefused, SlackSilent.
        """
        begun = await self._places.save(
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
            await self._places.save(begun.handoff_id, posting=None)
            raise
        except SlackSilent:
            # This process is done with it, so it may be looked for soon.
            await self._places.save(begun.handoff_id, posting_at=now() - UNDER_WAY + AGAIN_SILENT)
            raise
