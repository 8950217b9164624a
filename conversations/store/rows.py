"""Rows as what the model calls them: a `Conversation`, a `Message`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, exists

from conversations.model import Attachment, Button, ButtonKind, Conversation, Message, Owner, Sender, Status
from conversations.store import tables as t
from conversations.store.database import now

IS_BLOCKED = (
    exists()
    .where(t.contact.c.id == t.conversation.c.contact_id, t.contact.c.blocked_at.is_not(None))
    .correlate(t.conversation)
)
# What is selected for a `Conversation`, a `Message`.
COLUMNS = (
    *(t.conversation.c[name] for name in Conversation.__dataclass_fields__ if name in t.conversation.c),
    (now() - t.conversation.c.last_contact_at).label("silent_for"),
    IS_BLOCKED.label("is_blocked"),
)
MESSAGE = tuple(t.message.c[name] for name in Message.__dataclass_fields__)


def conversation_of(row: Row[Any]) -> Conversation:
    """A row of ``COLUMNS``, perhaps with more."""
    fields = dict(zip(_NAMES, row, strict=False))
    fields["owner"] = Owner(row.owner)
    return Conversation(**fields)


_NAMES = tuple(column.name for column in COLUMNS)


def message_of(row: Row[Any]) -> Message:
    fields = dict(zip(_MESSAGE_NAMES, row, strict=True))
    fields["sender"], fields["status"] = Sender(row.sender), Status(row.status)
    fields["buttons"] = tuple(Button(b["title"], ButtonKind(b["kind"]), b["value"]) for b in row.buttons)
    fields["attachments"] = tuple(Attachment(**one) for one in row.attachments)
    return Message(**fields)


_MESSAGE_NAMES = tuple(column.name for column in MESSAGE)
