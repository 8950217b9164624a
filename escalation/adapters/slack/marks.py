"""Lines of a thread about the contact and about what did not arrive: each stands once, and is edited in place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ContextBlock, PlainTextObject, SectionBlock
from sqlalchemy import Row, select

from conversations.handoff import OPEN_STATES, Handoff, HandoffState
from conversations.model import Sender, Status
from conversations.store import tables as t
from conversations.store.database import Transaction
from conversations.text import shortened
from escalation.adapters.slack.buttons import SEND_AGAIN
from escalation.adapters.slack.places import Posted
from escalation.adapters.slack.uploads import NO_ANSWER, NOT_KEPT, TOO_LARGE
from escalation.domain.facts import CHANNELS
from escalation.http.wire import HandoffDetail
from escalation.service.amending import NOT_ARRIVED, again_key
from vendors.slack.text import literal

_QUOTED, _NAME, _CAUSE = 300, 100, 160
LEFT = "left"


@dataclass(frozen=True, slots=True)
class Mark:
    """A post by the key under which it stands."""

    key: str
    text: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Posts that are to stand in the thread, and after how many seconds to look again, if at all."""

    marks: Sequence[Mark] = ()
    again_in: float | None = None


# What wants posts in a thread, by what is known of the handoff and of what stands there already.
Wants = Callable[[Handoff, HandoffDetail, Mapping[str, Posted]], Awaitable[Wanted]]


async def of_messages(tx: Transaction, handoff: Handoff) -> list[Mark]:
    """What of the agents' messages did not arrive, with *Send again* while that is possible."""
    m = t.message.c
    failed = (
        select(m.number, m.text, m.name, m.status, m.failure)
        .where(
            m.conversation_id == handoff.conversation_id,
            m.episode == handoff.episode,
            m.sender == Sender.AGENT,
            m.status.in_(NOT_ARRIVED),
            m.deleted_at.is_(None),
        )
        .order_by(m.number)
        .limit(50)
    )
    rows = (await tx.execute(failed)).all()
    keys = [again_key(row.number) for row in rows]
    again = select(m.native_key).where(m.conversation_id == handoff.conversation_id, m.native_key.in_(keys))
    said = set((await tx.execute(again)).scalars()) if rows else set()
    return [_not_arrived(handoff, row, said_again=again_key(row.number) in said) for row in rows]


def _not_arrived(handoff: Handoff, row: Row[Any], *, said_again: bool) -> Mark:
    quoted = shortened(" ".join(row.text.split()), _QUOTED) or "a file"
    who, cause = row.name or "An agent", f" ({shortened(row.failure, _CAUSE)})" if row.failure else ""
    if row.status == Status.FAILED:
        text = f"⚠️ This did not reach the contact{cause}. {who}: “{quoted}”"
    else:
        text = f"⚠️ This may not have reached the contact: nobody answered{cause}. {who}: “{quoted}”"
    blocks: list[Block] = [SectionBlock(text=literal(text))]
    if said_again:
        blocks.append(ContextBlock(elements=[PlainTextObject(text="Sent again.")]))
    elif handoff.state is HandoffState.ASSIGNED:
        send = ButtonElement(
            text=PlainTextObject(text="Send again"), action_id=SEND_AGAIN, value=f"{handoff.id} {row.number}"
        )
        blocks.append(ActionsBlock(elements=[send]))
    return Mark(f"failed:{row.number}", shortened(text, 300), blocks)


async def of_contact(tx: Transaction, handoff: Handoff, *, told: bool) -> list[Mark]:
    """That the contact left; once that was ``told``, also that they are back. Only while the matter is in hand."""
    if handoff.state not in OPEN_STATES:
        return []
    c = t.conversation.c
    statement = select(c.left_at, c.channel).where(c.id == handoff.conversation_id)
    left_at, channel = (await tx.execute(statement)).one()
    if left_at is None and not told:
        return []
    place = CHANNELS.get(channel, channel)
    text = (
        f"The contact can be reached on {place} again."
        if left_at is None
        else f"⛔ The contact blocked us on {place}, or left: messages will not reach them until they come back."
    )
    return [Mark(LEFT, text, [ContextBlock(elements=[literal(text)])])]


def of_files(refused: Sequence[Row[Any]]) -> Iterator[Mark]:
    """Files that could not be brought into the thread."""
    why = {
        TOO_LARGE: "it is too large",
        NOT_KEPT: "it is not kept any more",
        NO_ANSWER: "Slack's host for files does not answer",
    }
    for file_id, name, code in refused:
        cause = why.get(code, f"Slack refused it, {code}")
        text = f"⚠️ 📎 {shortened(name, _NAME)} could not be brought here: {cause}. Look for it at the web desk."
        yield Mark(f"refused:{file_id}", text, [SectionBlock(text=literal(text))])
