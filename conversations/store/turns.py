"""Turns with their parse and model, and what their effects leave in the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, tuple_, update

from conversations.store import tables as t
from conversations.store.database import Transaction, now
from conversations.store.work import schedule

# Judges a promise when it is due; its key is the promise's id.
PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class Turn:
    """How the contact's messages ``first`` to ``through`` were understood; ``parse`` is the engine's, as JSON.

    ``text`` is the first message's; ``in_form`` whether a form was asking after it.
    """

    first: int
    through: int
    episode: int
    model: str | None
    parse: dict[str, Any] | None
    failed: str | None
    at: float
    in_form: bool
    text: str


_WITH_TEXT = select(t.turn, t.message.c.text).join(
    t.message, (t.message.c.conversation_id == t.turn.c.conversation_id) & (t.message.c.number == t.turn.c.first)
)


_RECORD = insert(t.turn).values(at=now())
_OF_EPISODE = (
    _WITH_TEXT.where(t.turn.c.conversation_id == bindparam("conversation_id"), t.turn.c.episode == bindparam("episode"))
    .order_by(t.turn.c.first.desc())
    .limit(bindparam("limit"))
)
_PARSED = _OF_EPISODE.where(t.turn.c.parse.is_not(None))


async def record(
    tx: Transaction,
    conversation_id: str,
    episode: int,
    first: int,
    through: int,
    *,
    model: str | None,
    parse: dict[str, Any] | None,
    failed: str | None,
    in_form: bool = False,
) -> None:
    """Writes a turn with its commit."""
    row = {
        "conversation_id": conversation_id,
        "first": first,
        "through": through,
        "episode": episode,
        "model": model,
        "parse": parse,
        "failed": failed,
        "in_form": in_form,
    }
    await tx.execute(_RECORD, row)


async def of_episode(
    tx: Transaction, conversation_id: str, episode: int, limit: int = 20, *, parsed: bool = False
) -> list[Turn]:
    """The latest turns of an episode, oldest first; with ``parsed`` only those that have a parse."""
    given = {"conversation_id": conversation_id, "episode": episode, "limit": limit}
    found = await tx.execute(_PARSED if parsed else _OF_EPISODE, given)
    return [_turn(row) for row in found][::-1]


def _turn(row: Row[Any]) -> Turn:
    return Turn(**{name: row._mapping[name] for name in Turn.__dataclass_fields__})


async def file_complaint(
    tx: Transaction,
    conversation_id: str,
    turn: int,
    *,
    reference: str,
    order_number: str | None,
    cause: str,
    description: str,
) -> None:
    """Writes a complaint to the record."""
    await tx.execute(
        insert(t.complaint).values(
            reference=reference,
            conversation_id=conversation_id,
            turn=turn,
            order_number=order_number,
            cause=cause,
            description=description,
            filed_at=now(),
        )
    )


async def complaints_of(tx: Transaction, contact_id: str) -> list[dict[str, Any]]:
    """A contact's complaints, newest first."""
    statement = (
        select(t.complaint)
        .join(t.conversation, t.conversation.c.id == t.complaint.c.conversation_id)
        .where(t.conversation.c.contact_id == contact_id)
        .order_by(t.complaint.c.filed_at.desc())
    )
    return [dict(row._mapping) for row in await tx.execute(statement)]


async def is_promised(tx: Transaction, conversation_id: str) -> bool:
    """Whether the contact waits for something that they were promised here."""
    c = t.promise.c
    open_ones = select(c.id).where(c.conversation_id == conversation_id, c.kept_at.is_(None), c.due_at > now())
    return (await tx.execute(open_ones.limit(1))).one_or_none() is not None


async def promise(tx: Transaction, conversation_id: str, turn: int, what: str, due_at: float) -> None:
    """Writes down what we said we would do, and by when (Unix seconds): then it is judged whether it was done."""
    made = await tx.execute(
        insert(t.promise)
        .values(conversation_id=conversation_id, turn=turn, what=what, due_at=due_at, made_at=now())
        .returning(t.promise.c.id, (t.promise.c.due_at - now()).label("left"))
    )
    row = made.one()
    await schedule(tx, PROMISE, str(row.id), max(0.001, row.left))


async def store_stars(tx: Transaction, conversation_id: str, episode: int, stars: int) -> None:
    """The survey's answer for an episode; a second press corrects the first."""
    await tx.execute(_episode_update(conversation_id, episode).values(stars=stars))


async def store_comment(tx: Transaction, conversation_id: str, episode: int, comment: str) -> None:
    """The comment beside the stars."""
    await tx.execute(_episode_update(conversation_id, episode).values(comment=comment))


async def stars_of(tx: Transaction, episodes: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
    """The stars of those of many (conversation, episode) that were rated."""
    key = tuple_(t.episode.c.conversation_id, t.episode.c.number)
    rated = select(t.episode.c.conversation_id, t.episode.c.number, t.episode.c.stars).where(
        key.in_(episodes), t.episode.c.stars.is_not(None)
    )
    return {(row.conversation_id, row.number): row.stars for row in await tx.execute(rated)}


async def survey_of(tx: Transaction, conversation_id: str, episode: int) -> tuple[int | None, str | None]:
    """Stars and comment of an episode, None where there are none."""
    row = (
        await tx.execute(
            select(t.episode.c.stars, t.episode.c.comment).where(
                t.episode.c.conversation_id == conversation_id, t.episode.c.number == episode
            )
        )
    ).one_or_none()
    return (row.stars, row.comment) if row else (None, None)


def _episode_update(conversation_id: str, episode: int) -> Any:
    return update(t.episode).where(t.episode.c.conversation_id == conversation_id, t.episode.c.number == episode)
