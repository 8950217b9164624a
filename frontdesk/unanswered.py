"""Builds what is done with questions that were not answered well; what agents answered comes from the desk."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from bot.content.unanswered.capture import Capture, CaptureLater
from bot.content.unanswered.comparing import Comparing
from bot.content.unanswered.deciding import Deciding
from bot.content.unanswered.grouping import Grouping
from bot.content.unanswered.living import Living
from bot.content.unanswered.parts import UnansweredParts
from bot.content.unanswered.showing import Showing
from bot.content.unanswered.sources import Answered
from bot.content.unanswered.teaching import Teaching
from bot.engine.client import EngineClient
from conversations.store import handoffs
from conversations.store.database import Database, Transaction
from escalation import tables
from escalation.service import teaching
from frontdesk.desk import embed_by
from frontdesk.publishing import content_of
from frontdesk.settings import Settings


def unanswered_parts(settings: Settings, database: Database, engine: EngineClient) -> UnansweredParts:
    """The parts over this database, as the settings say."""
    config = settings.config
    return UnansweredParts(
        database,
        capture=Capture(database, answers, config.handoff, config.languages[0]),
        later=CaptureLater(database),
        grouping=Grouping(database, embed_by(engine), engine.parse, config.handoff.not_understood_intents),
        living=Living(database),
        showing=Showing(database),
        deciding=Deciding(database),
        teaching=Teaching(database, content_of(settings, database)),
        comparing=Comparing(engine.parse, config.content.too_near),
    )


async def answers(tx: Transaction, handoff_id: str) -> Sequence[Answered]:
    """What was asked and answered in a handoff; what an agent marked for the editors says so."""
    handoff = await handoffs.get(tx, handoff_id)
    if handoff is None:
        return []
    pairs = {question.number: answer.number for question, answer in await teaching.answers(tx, handoff)}
    c = tables.teaching.c
    marked = {
        row.question: row.answer
        for row in await tx.execute(select(c.question, c.answer).where(c.handoff_id == handoff_id))
    }
    return [Answered(number, {**pairs, **marked}[number], number in marked) for number in sorted({*pairs, *marked})]
