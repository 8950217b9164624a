"""When a contact edits or deletes a message, its old words also go from what was made of it.

That is the dialogue state (past messages, wishes that wait, slots that hold a whole message), how its turn was
understood, the evidence in a handoff's reasons, what the desk's lists say of it, and what was made of it for editors.
What was noted from it as a fact (an e-mail address, an order's number) stays noted, as does a complaint that was filed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update

from bot.content.unanswered import capture
from conversations.model import Conversation, Message, Sender
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Transaction
from conversations.store.work import schedule

# So much of a message's text the dialogue state keeps (`bot.engine.packed`), and of a quote is enough to know it again.
_STATE_KEEPS, _QUOTED = 200, 40
# So many characters in a row are no chance.
_TELLING = 12
_LEADING = re.compile(r"\A[\s/]+")


@dataclass(frozen=True, slots=True)
class Words:
    """What a message said and says now, and what all of its turn said and says; "" when it was deleted.

    ``parts`` are the texts of the turn's wishes, where there were several.
    """

    before: str
    now: str
    turn_before: str
    turn_now: str
    parts: tuple[str, ...] = ()

    @classmethod
    def of(cls, before: Message, now: str, turn: list[Message], parse: dict[str, Any] | None) -> Words:
        """``turn`` are the contact's messages of its turn, as they are now; ``parse`` is how it was understood."""
        was = [before.text if one.number == before.number else one.text for one in turn]
        parts = tuple(wish["text"] for wish in (parse or {}).get("wishes") or ())
        return cls(before.text, now, _lines(was), _lines([one.text for one in turn]), parts)

    def is_gone(self, part: str) -> bool:
        """Whether a part of the turn was in the old message, and nowhere in the turn any more."""
        return part in self.before and part not in self.turn_now


def _lines(texts: list[str]) -> str:
    return "\n".join(text for text in texts if text)


async def forget(tx: Transaction, held: Conversation, before: Message) -> None:
    """Takes the old words out; ``before`` is the message as it was. The conversation must be locked."""
    now = await conversations.message(tx, held.id, before.number)
    assert now is not None, "it was just revised"
    c = t.turn.c
    its_turn = select(t.turn).where(c.conversation_id == held.id, c.first <= before.number, c.through >= before.number)
    row = (await tx.execute(its_turn)).one_or_none()
    first, through = (row.first, row.through) if row is not None else (before.number, before.number)
    said = await conversations.messages(tx, held.id, first - 1, through=through)
    theirs = [one for one in said if one.sender is Sender.CONTACT]
    words = Words.of(before, now.text, theirs, row.parse if row is not None else None)
    await _from_conversation(tx, held, words)
    if row is not None and row.parse is not None:
        where = (c.conversation_id == held.id, c.first == first)
        await tx.execute(update(t.turn).where(*where).values(parse=parse_without(row.parse, words)))
    await _from_reasons(tx, held.id, words)
    await _from_desk(tx, before)
    await capture.forget(tx, held.id, before.number)


async def _from_conversation(tx: Transaction, held: Conversation, words: Words) -> None:
    changes = {"slots": {name: _slot(value, words) for name, value in held.slots.items()}}
    if held.state is not None:
        changes["state"] = state_without(held.state, words)
    await tx.execute(update(t.conversation).where(t.conversation.c.id == held.id).values(**changes))


async def _from_reasons(tx: Transaction, conversation_id: str, words: Words) -> None:
    c = t.handoff.c
    rows: list[Row[Any]] = list(
        (await tx.execute(select(c.id, c.reasons).where(c.conversation_id == conversation_id))).all()
    )
    for row in rows:
        reasons = [{**one, "evidence": ""} if _quotes(one["evidence"], words.before) else one for one in row.reasons]
        if reasons != row.reasons:
            await tx.execute(update(t.handoff).where(c.id == row.id).values(reasons=reasons))


async def _from_desk(tx: Transaction, message: Message) -> None:
    """What the desk made of it: the ask in lists is read anew, and so is what was learned from a matter that ended."""
    c = t.handoff.c
    asks = c.conversation_id == message.conversation_id, c.ask_message == message.number
    await tx.execute(update(t.handoff).where(*asks).values(ask=None, ask_message=None))
    handoff_id = await handoffs.of_episode(tx, message.conversation_id, message.episode)
    if handoff_id is not None:
        await schedule(tx, handoffs.LEARN, handoff_id)


def _quotes(evidence: str, text: str) -> bool:
    """Whether it repeats a message, or its beginning (`bot.handoff_policy`)."""
    begins = " ".join(text.split())[:_QUOTED].strip()
    return bool(begins) and (f"“{begins}" in evidence or (len(begins) >= _TELLING and begins in evidence))


def state_without(state: dict[str, Any], words: Words) -> dict[str, Any]:
    """A dialogue state in which past messages and slots have the words of now. Intents and entities' names stay."""
    changed = dict(state)
    if slots := state.get("slots"):
        changed["slots"] = {name: _slot(value, words) for name, value in slots.items()}
    if events := state.get("events"):
        changed["events"] = [_event(packed, words) for packed in events]
    if waiting := state.get("later"):  # wishes that wait for a form to end: what was taken back is not taken up
        changed["later"] = [one for one in waiting if not words.is_gone(one["text"])]
    return changed


def _event(packed: list[Any], words: Words) -> list[Any]:
    match packed:
        case ["said", str(text), intent, confidence, list(entities)]:
            now = _text(text, words)
            if now == text:
                return packed
            return ["said", now, intent, confidence, [_emptied(one, now) for one in entities]]
        case ["slot", name, value]:
            return ["slot", name, _slot(value, words)]
    return packed


def _text(text: str, words: Words) -> str:
    """A past message, as it stands in a dialogue state: made safe, and cut."""
    whole, part = _kept(words.turn_before), _kept(words.before)
    if text == whole:
        return _kept(words.turn_now)
    if any(text == _kept(part) and words.is_gone(part) for part in words.parts):
        return ""
    return text.replace(part, _kept(words.now)) if part and len(part) > 1 else text


def _kept(text: str) -> str:
    return _bare(text)[:_STATE_KEEPS]


def _bare(text: str) -> str:
    """A text as it goes to Rasa: without what it would take for a command (`bot.engine.text`)."""
    return _LEADING.sub("", text).rstrip()


def _emptied(entity: dict[str, Any], text: str) -> dict[str, Any]:
    """Policies look at an entity's name alone."""
    return entity if str(entity.get("value")) in text else {**entity, "value": ""}


def _slot(value: Any, words: Words) -> Any:
    """A slot that holds a whole message, as the question of a form was answered."""
    if not isinstance(value, str) or not value.strip():
        return value
    for before, now in ((words.before, words.now), (words.turn_before, words.turn_now)):
        if value.strip() in {before.strip(), _bare(before)}:
            return now or None
    return value


def parse_without(parse: dict[str, Any], words: Words) -> dict[str, Any]:
    """How a turn was understood, without words that it does not say any more."""
    changed = dict(parse)
    changed.pop("personal", None)  # its places are those of the old text
    if wishes := parse.get("wishes"):
        changed["wishes"] = [one if one["text"] in words.turn_now else {**one, "text": ""} for one in wishes]
    if entities := parse.get("entities"):
        changed["entities"] = [one for one in entities if str(one["value"]) in words.turn_now]
    return changed
