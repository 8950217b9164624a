"""Tables of what was not answered well, on the record's metadata. No words of contacts stand in them.

Where a question stands in the record is kept, and numbers that were made of it. Rows of questions and labels refer to
their conversation, so that they go when the contact is erased.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from bot.content.tables import content_version
from conversations.store.tables import metadata

# Questions that mean the same. ``centroid`` is the packed mean of ``size`` vectors, of length 1, by ``encoder``;
# ``first_at`` and ``last_at`` are when it was asked.
# ``examples`` are what was taught from it under ``intent``, in the version ``content``; ``model`` is the first version
# of the live model that knows them.
group = Table(
    "unanswered_group",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("language", String(8), nullable=False),
    Column("encoder", String(64), nullable=False),
    Column("centroid", LargeBinary, nullable=False),
    Column("size", Integer, nullable=False),
    Column("first_at", Double, nullable=False),
    Column("last_at", Double, nullable=False),
    Column("state", String(10), nullable=False, server_default="new"),
    Column("state_at", Double, nullable=False),
    Column("state_by", Text),
    Column("reason", Text),
    Column("intent", String(128)),
    Column("examples", JSON(none_as_null=True)),
    Column("content", ForeignKey(content_version.c.id)),
    Column("model", Integer),
)
Index("ix_unanswered_group_last_at", group.c.last_at)

# What was decided about a group, by whom and when: how it came to a state.
step = Table(
    "unanswered_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("group_id", ForeignKey("unanswered_group.id"), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("at", Double, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
)

# A question: the contact's messages ``number`` to ``through``. ``sources`` are words with blanks between. ``ranking``
# are the two likeliest intents with their confidence, ``personal`` the spans to mask; both null until it was read.
# ``answer`` is the number of the message in which a person answered it, in ``handoff_id``, ``answer_personal`` what to
# mask in that. ``pending``: the engine has still to be asked for something. ``likeness`` is that to the middle of its
# group.
question = Table(
    "unanswered",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("through", Integer, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("at", Double, nullable=False),
    Column("language", String(8), nullable=False),
    Column("sources", String(128), nullable=False),
    Column("ranking", JSON(none_as_null=True)),
    Column("personal", JSON(none_as_null=True)),
    Column("handoff_id", ForeignKey("handoff.id"), index=True),
    Column("answer", Integer),
    Column("answer_personal", JSON(none_as_null=True)),
    Column("pending", Boolean, nullable=False),
    Column("encoder", String(64)),
    Column("vector", LargeBinary),
    Column("group_id", ForeignKey("unanswered_group.id")),
    Column("likeness", Double),
)
Index("ix_unanswered_group_id_likeness", question.c.group_id, question.c.likeness.desc())
Index("ix_unanswered_at", question.c.at, question.c.group_id, question.c.conversation_id)
Index(
    "ix_unanswered_pending",
    question.c.at,
    sqlite_where=text("pending"),
    postgresql_where=text("pending"),
)

# Which intent a contact's message has, said by somebody who knows: ``source`` is labelled, taught or tag.
label = Table(
    "label",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("intent", String(128), nullable=False),
    Column("source", String(10), nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Double, nullable=False),
)
Index("ix_label_at", label.c.at)
