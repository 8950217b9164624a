"""What of an erased contact's handoffs stands in Slack: looked up in the transaction that erases, taken away later."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from conversations.store import tables as t
from conversations.store.database import Transaction
from escalation import tables

_FROM_SLACK = "m:"


class SlackCards:
    """The cards, and the files in their threads; posts are found by asking Slack."""

    tables = frozenset({"slack_card", "slack_file", "slack_former"})

    async def of(
        self, tx: Transaction, places: Sequence[str], handoff_ids: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Handoffs with a card, and where agents wrote themselves: an app can delete its own posts only.

        https://docs.slack.dev/reference/methods/chat.delete
        """
        card, file = tables.slack_card.c, tables.slack_file
        found = select(card.handoff_id, card.channel, card.ts).where(card.handoff_id.in_(handoff_ids))
        rows = (await tx.execute(found.order_by(card.handoff_id))).all()
        await tx.execute(update(file).where(file.c.handoff_id.in_(handoff_ids)).values(name=""))
        left = []
        for row in rows:
            if written := await self._written(tx, row.handoff_id, row.channel):
                left.append(
                    f"Slack lets an app delete only its own posts: {written} of agents stay in the thread of "
                    f"{row.ts} in channel {row.channel}. Whoever wrote them, or a workspace admin, can delete them."
                )
        return [row.handoff_id for row in rows], left

    async def _written(self, tx: Transaction, handoff_id: str, channel: str) -> int:
        """How many posts of agents in the card's thread the record knows: replies, and notes."""
        key = f"{_FROM_SLACK}{channel}:%"
        note, said = tables.note.c, t.message.c
        noted = select(note.key).where(note.handoff_id == handoff_id, note.key.like(key))
        place = select(t.handoff.c.conversation_id).where(t.handoff.c.id == handoff_id).scalar_subquery()
        replied = select(said.native_key).where(said.conversation_id == place, said.native_key.like(f"agent:{key}"))
        keys = [*(await tx.execute(noted)).scalars(), *(await tx.execute(replied)).scalars()]
        return len({each.removeprefix("agent:").removesuffix(":sent") for each in keys})
