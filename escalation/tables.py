"""Tables that only escalation uses, on the record's metadata: notes of agents, and who opened which transcript."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

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

# Signatures of Slack's requests that were taken lately: the same bytes do not count twice.
slack_request = Table(
    "slack_request",
    metadata,
    Column("signature", String(80), primary_key=True),
    Column("at", Double, nullable=False),
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
