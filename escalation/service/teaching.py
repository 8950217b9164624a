"""What was asked and answered in a handoff; and "teach the assistant from this": which of it the editors are shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import insert, select

from conversations.handoff import Handoff
from conversations.model import Message, Sender
from conversations.staff import Principal
from conversations.store import tables as t
from conversations.store import turns
from conversations.store.database import Transaction, now
from conversations.store.rows import MESSAGE, message_of
from conversations.store.turns import Turn
from escalation import tables
from escalation.domain import brief

_LATEST = 100
# What the desk says in an agent's name answers nothing.
_GREETING = "agent:greet:"


async def teach(tx: Transaction, handoff: Handoff, who: Principal) -> bool:
    """Writes down the last question of the contact and the answer that an agent gave, in this transaction.

    False when nobody answered anything in words, or it was written down before: nothing is changed.
    """
    pairs = await answers(tx, handoff)
    if not pairs:
        return False
    question, answer = pairs[-1]
    c = tables.teaching.c
    known = select(c.id).where(c.conversation_id == handoff.conversation_id, c.question == question.number)
    if (await tx.execute(known)).one_or_none() is not None:
        return False
    await tx.execute(
        insert(tables.teaching).values(
            handoff_id=handoff.id,
            conversation_id=handoff.conversation_id,
            question=question.number,
            answer=answer.number,
            by=who.id,
            at=now(),
        )
    )
    return True


async def answers(tx: Transaction, handoff: Handoff) -> list[tuple[Message, Message]]:
    """What the contact asked in words and how an agent answered it, among the matter's latest messages, in order.

    Who only asked for a person is answered for what they came with.
    """
    said = await _said(tx, handoff)
    heard = await turns.of_episode(tx, handoff.conversation_id, handoff.episode)
    pairs = {
        question.number: (question, answer)
        for asked, answer in pairwise(said)
        if asked.sender is Sender.CONTACT and _is_answer(answer)
        if (question := _matter(asked, said, heard)) is not None
    }
    return list(pairs.values())


async def question_of(tx: Transaction, handoff: Handoff) -> Message | None:
    """The question that waits: the last thing that the contact asked in words; None when an agent spoke after it."""
    said = await _said(tx, handoff)
    if not said or said[-1].sender is not Sender.CONTACT:
        return None
    heard = await turns.of_episode(tx, handoff.conversation_id, handoff.episode)
    return _matter(said[-1], said, heard)


def intent_of(message: Message, heard: Sequence[Turn]) -> str | None:
    """What the assistant took a message for; None when it was not asked, or did not understand."""
    for turn in heard:
        if turn.first <= message.number <= turn.through and turn.parse and turn.parse.get("understood", True):
            return str(turn.parse["intent"])
    return None


def _matter(asked: Message, said: Sequence[Message], heard: Sequence[Turn]) -> Message | None:
    """The message itself, or the one that says what it is about, if it is only an aside."""
    if intent_of(asked, heard) not in brief.ASIDE:
        return asked
    ask = brief.ask([one for one in said if one.number <= asked.number], heard).message
    return next((one for one in said if one.number == ask and intent_of(one, heard) not in brief.ASIDE), None)


def _is_answer(message: Message) -> bool:
    return message.sender is Sender.AGENT and not (message.native_key or "").startswith(_GREETING)


async def _said(tx: Transaction, handoff: Handoff) -> list[Message]:
    """What contact and agents said in words in this matter, lately, in order."""
    m = t.message.c
    statement = (
        select(*MESSAGE)
        .where(
            m.conversation_id == handoff.conversation_id,
            m.episode == handoff.episode,
            m.sender.in_([Sender.CONTACT, Sender.AGENT]),
            m.kind == "said",
            m.deleted_at.is_(None),
            m.text != "",
        )
        .order_by(m.number.desc())
        .limit(_LATEST)
    )
    return [message_of(row) for row in await tx.execute(statement)][::-1]
