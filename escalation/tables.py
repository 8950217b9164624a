"""Tables that only escalation uses, on the record's metadata: notes of agents, and who opened which transcript."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from conversations.store.tables import metadata

_BIG_KEY = BigInteger().with_variant(Integer, "sqlite")

note = Table(
    "note",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False),
    Column("agent_id", ForeignKey("staff.id"), nullable=False),
    Column("agent_name", Text, nullable=False),
    Column("key", String(64)),
    Column("text", Text, nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("handoff_id", "key"),
    Index("ix_note_handoff_id_at", "handoff_id", "at"),
)

# Where a handoff stands in Slack. ``message`` and ``note`` are how far its thread has come; ``shown`` is the hash of
# the card as Slack has it; ``former_ts`` was its message before somebody deleted that; ``posting`` names a post whose
# outcome is not known yet, tried last at ``posting_at``.
slack_card = Table(
    "slack_card",
    metadata,
    Column("handoff_id", ForeignKey("handoff.id"), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32)),
    Column("former_ts", String(32)),
    Column("shown", String(64)),
    Column("message", Integer, nullable=False),
    Column("note", BigInteger, nullable=False),
    Column("posting", String(128)),
    Column("posting_at", Double),
    Column("posting_message", Integer),
    Column("posting_note", BigInteger),
    UniqueConstraint("channel", "ts"),
)

# Where a card stood before its handoff was passed on to a team with another lobby: what was posted there stays.
slack_former = Table(
    "slack_former",
    metadata,
    Column("handoff_id", ForeignKey("handoff.id"), primary_key=True),
    Column("channel", String(32), primary_key=True),
    Column("ts", String(32), primary_key=True),
)

# Our posts in the thread of a card, by a key of ours: which messages and notes each one holds (their numbers and ids),
# and the hash of what Slack shows of it. What was changed in the record is changed there.
slack_post = Table(
    "slack_post",
    metadata,
    Column("handoff_id", ForeignKey("handoff.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("ts", String(32), nullable=False),
    Column("messages", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("shown", String(64)),
)

# Files that were brought into the thread of a card: ``state`` is begun, shown or refused (then ``code`` is why).
slack_file = Table(
    "slack_file",
    metadata,
    Column("handoff_id", ForeignKey("handoff.id"), primary_key=True),
    Column("file_id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("slack_id", String(32)),
    Column("state", String(8), nullable=False),
    Column("code", String(64)),
    Column("at", Double, nullable=False),
)

# What the holder wrote in the thread and does not go out at once: its files are fetched first. Then the row goes.
slack_outgoing = Table(
    "slack_outgoing",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False, index=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("thread", String(32), nullable=False),
    Column("slack_id", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False),
    Column("at", Double, nullable=False),
)

# Files that an agent uploaded and that no message carries yet; they are kept for a day.
desk_upload = Table(
    "desk_upload",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False, index=True),
    Column("agent_id", ForeignKey("staff.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
)

# Signatures of Slack's requests that were taken lately: the same bytes do not count twice.
slack_request = Table(
    "slack_request",
    metadata,
    Column("signature", String(80), primary_key=True),
    Column("at", Double, nullable=False),
)

# Texts that agents say often; of a team, or of all.
canned = Table(
    "canned",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("team", String(64), nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default="en"),
    Column("name", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", ForeignKey("staff.id"), nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("team", "language", "name"),
)

tag = Table(
    "tag",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("by", ForeignKey("staff.id"), nullable=False),
    Column("at", Double, nullable=False),
    Column("removed_at", Double),
)

# "Teach the assistant from this": a question of the contact and the answer that an agent gave, by their numbers.
teaching = Table(
    "teaching",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False, index=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("question", Integer, nullable=False),
    Column("answer", Integer, nullable=False),
    Column("by", ForeignKey("staff.id"), nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("conversation_id", "question"),
)

# What agents granted: ``pence`` are hundredths of the currency.
goodwill = Table(
    "goodwill",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False),
    Column("contact_id", ForeignKey("contact.id"), nullable=False, index=True),
    Column("by", ForeignKey("staff.id"), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("pence", Integer, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("note", Text),
    Column("key", String(64), nullable=False),
    Column("at", Double, nullable=False),
    UniqueConstraint("handoff_id", "key"),
)

# Questions that agents answered, with their vectors, so that an answer is suggested when a like one comes.
answered = Table(
    "answered",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("question", Integer, primary_key=True),
    Column("answer", Integer, nullable=False),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False, index=True),
    Column("team", String(64), nullable=False),
    Column("language", String(8)),
    Column("intent", String(128)),
    Column("encoder", String(64), nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_answered_intent_at", "intent", "at"),
)

# A fact that the brief had already and for which the contact was asked again, in a message of an agent.
reask = Table(
    "reask",
    metadata,
    Column("handoff_id", ForeignKey("handoff.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("fact", String(32), primary_key=True),
)

# Requests to the API that carried an ``Idempotency-Key``, and how they ended; kept for a day.
idempotency = Table(
    "idempotency",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("status", Integer),
    Column("made", String(64)),
    Column("at", Double, nullable=False),
)

# Somebody's App Home in Slack, as it was shown last.
slack_home = Table(
    "slack_home",
    metadata,
    Column("slack_id", String(32), primary_key=True),
    Column("shown", String(64)),
    Column("opened_at", Double, nullable=False),
)

opening = Table(
    "opening",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("surface", String(16), nullable=False),
    Column("at", Double, nullable=False),
)
