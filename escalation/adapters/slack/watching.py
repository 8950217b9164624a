"""Has cards looked at: whenever something happened to a handoff, and at each sweep where a card is lacking."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from conversations.events import Event, SurveyAnswered
from conversations.handoff import OPEN_STATES
from conversations.store import handoffs
from conversations.store import tables as t
from conversations.store.database import Database
from conversations.store.work import schedule
from escalation import tables

# The kind of work; its key is a handoff.
SLACK_CARD = "slack_card"


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
