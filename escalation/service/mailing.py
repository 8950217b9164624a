"""Writes by e-mail to who left the page of the chat: an agent's words that no page of theirs has shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import structlog
from prometheus_client import Counter
from sqlalchemy import select, update

from conversations.model import Conversation, Message, Sender, Status
from conversations.notices import Notices
from conversations.store import conversations, handoffs
from conversations.store import tables as t
from conversations.store.database import Database, Transaction
from conversations.store.rows import MESSAGE, message_of

log = structlog.get_logger()
MAIL = "mail"
MAILS = Counter("frontdesk_mails", "E-mails to contacts who had left, by outcome: sent or refused", ["outcome"])


class Mailer(Protocol):
    """A way to send e-mail."""

    async def send(self, to: str, subject: str, text: str, message_id: str) -> bool:
        """Sends a plain text; False when this address is refused for good. Any exception: try again later."""


class Mailing:
    """The handler of ``mail`` work: the key is a conversation."""

    def __init__(
        self,
        database: Database,
        notices: Notices,
        mailer: Mailer,
        back: Callable[[str], str],
        *,
        business: str,
        unread_seconds: float,
    ) -> None:
        """``back`` makes the link back to a conversation's chat."""
        self._database, self._notices, self._mailer, self._back = database, notices, mailer, back
        self._business, self._unread_seconds = business, unread_seconds

    async def __call__(self, conversation_id: str) -> float | None:
        """Sends all that is unread as one e-mail once the oldest has been so for long enough."""
        async with self._database.read() as tx:
            held = await conversations.get(tx, conversation_id)
            if held is None or held.email is None:
                return None
            unread = await _unread(tx, conversation_id)
            at = await conversations.clock(tx)
            found = await handoffs.of_contact(tx, held.contact_id)
        if not unread:
            return None
        left = unread[0].at + self._unread_seconds - at
        if left > 0:
            return left
        reference = next((one.reference for one in found if one.conversation_id == conversation_id), "")
        sent = await self._send(held, held.email, unread, reference)
        await self._note(held, unread[-1].number, sent=sent)
        return None

    async def _send(self, held: Conversation, to: str, unread: Sequence[Message], reference: str) -> bool:
        given = {"business": self._business, "reference": reference, "agent": unread[-1].name or self._business}

        def words(name: str) -> str:
            return self._notices.spoken(held.language)(name, held.id, **given)

        said = [_said(one) for one in unread]
        back = f"{words('mail_back')}\n{self._back(held.id)}"
        text = "\n\n".join([words("mail_intro"), *said, back, words("mail_why")])
        name = hashlib.sha256(f"{held.id}:{unread[-1].number}".encode()).hexdigest()[:32]
        return await self._mailer.send(to, words("mail_subject"), text, name)

    async def _note(self, held: Conversation, through: int, *, sent: bool) -> None:
        """An address that is refused is forgotten: the agent sees that nobody is reached there."""
        changes: dict[str, Any] = {"mailed_through": through} if sent else {"email": None}
        c = t.conversation.c
        async with self._database.write() as tx:
            await tx.execute(update(t.conversation).where(c.id == held.id, c.email == held.email).values(**changes))
            tx.count(MAILS.labels("sent" if sent else "refused"))
            handoff = await handoffs.open_of(tx, held.id)
            if handoff is not None:
                tx.signal("handoff", handoff.id)
                tx.signal("queue", handoff.team)
        log.info("answer sent by e-mail" if sent else "e-mail address refused", conversation_id=held.id)


async def _unread(tx: Transaction, conversation_id: str) -> list[Message]:
    """What agents said that no page has shown and no e-mail has brought, in order."""
    c = t.message.c
    through = select(t.conversation.c.mailed_through).where(t.conversation.c.id == conversation_id).scalar_subquery()
    statement = (
        select(*MESSAGE)
        .where(
            c.conversation_id == conversation_id,
            c.sender == Sender.AGENT,
            c.status == Status.PENDING,
            c.deleted_at.is_(None),
            c.number > through,
        )
        .order_by(c.number)
    )
    return [message_of(row) for row in await tx.execute(statement)]


def _said(message: Message) -> str:
    files = [f"[{one.name}]" for one in message.attachments]
    return "\n".join([*([message.text] if message.text else []), *files])
