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
