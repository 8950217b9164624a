"""Tables of the record. Times are Unix seconds in double precision; ids are text; JSON is stored as such.

Escalation's own tables (`escalation.tables`) hang on the same metadata, so that there is one migration history.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_BIG_KEY = BigInteger().with_variant(Integer, "sqlite")

contact = Table(
    "contact",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("display_name", Text),
    Column("locale", String(35)),
    # IANA's name of their time zone, by their browser's word; and what the business says of them: {"tier": "gold"}.
    Column("timezone", String(64)),
    Column("profile", JSON, nullable=False, server_default=text("'{}'")),
    Column("created_at", Double, nullable=False),
    # A contact who is blocked is still heard and kept, and not answered.
    Column("blocked_at", Double),
    Column("blocked_by", String(32)),
    Column("blocked_why", Text),
)

identity = Table(
    "identity",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("native_id", String(255), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), nullable=False, index=True),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(255), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("contact_id", ForeignKey("contact.id"), nullable=False, index=True),
    Column("owner", String(8), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("settled_through", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("last_contact_number", Integer, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("last_contact_at", Double, nullable=False),
    Column("state", JSON(none_as_null=True)),
    Column("facts", JSON, nullable=False),
    Column("slots", JSON, nullable=False),
    Column("expecting", String(32)),
    Column("cut_form", String(128)),
    Column("told", Integer, nullable=False, server_default="0"),
    Column("acknowledged", Integer, nullable=False, server_default="0"),
    Column("asking", Integer),
    Column("left_at", Double),
    Column("came_or_went_at", Double),
    # Where somebody who waits on the web may be written to, and how far that was done; since when no page is open.
    Column("email", String(254)),
    Column("mailed_through", Integer, nullable=False, server_default="0"),
    Column("away_since", Double),
)

Index(
    "ix_conversation_unsettled",
    conversation.c.last_contact_at,
    sqlite_where=text("last_contact_number > settled_through"),
    postgresql_where=text("last_contact_number > settled_through"),
)

episode = Table(
    "episode",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("ended_by", String(16)),
    Column("stars", Integer),
    Column("comment", Text),
)

message = Table(
    "message",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("episode", Integer, nullable=False),
    Column("sender", String(8), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("text", Text, nullable=False),
    Column("name", Text),
    Column("agent_id", String(32)),
    Column("buttons", JSON, nullable=False),
    Column("image", Text),
    Column("choice", String(64)),
    Column("native_key", String(255)),
    Column("status", String(10), nullable=False),
    Column("at", Double, nullable=False),
    Column("turn", Integer),
    Column("asking", Boolean, nullable=False, server_default=text("false")),
    Column("vendor_id", String(255)),
    Column("failure", Text),
    Column("attachments", JSON, nullable=False, server_default=text("'[]'")),
    Column("edited_at", Double),
    Column("deleted_at", Double),
    UniqueConstraint("conversation_id", "native_key"),
)
Index(
    "ix_message_in_hand",
    message.c.conversation_id,
    message.c.number,
    sqlite_where=text("status IN ('pending', 'sending')"),
    postgresql_where=text("status IN ('pending', 'sending')"),
)

# What a message carries: whose it is, so that nobody else is given it and it goes when they are erased.
file = Table(
    "file",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
)

# The contents of files, when several fronts share them; with one front they are in its data folder.
blob = Table(
    "blob",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
)

# Keyed hashes of the native keys of what was erased, so that a late redelivery does not bring it back.
erased_key = Table(
    "erased_key",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("until", Double, nullable=False, index=True),
)

# What we said in vendors' places to a contact who was erased, until it is taken back there.
posted = Table(
    "posted",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("conversation_id", String(255), nullable=False, index=True),
    Column("vendor_id", String(255), nullable=False),
)

# One-time codes, hashed, by which a contact joins what they are on another channel.
link_code = Table(
    "link_code",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("contact_id", ForeignKey("contact.id"), nullable=False, index=True),
    Column("until", Double, nullable=False),
)

turn = Table(
    "turn",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("first", Integer, primary_key=True),
    Column("through", Integer, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("model", String(64)),
    Column("parse", JSON(none_as_null=True)),
    Column("failed", Text),
    Column("in_form", Boolean, nullable=False, server_default=text("false")),
    Column("at", Double, nullable=False),
)

handoff = Table(
    "handoff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("episode", Integer, nullable=False),
    Column("team", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("waiting_since", Double, nullable=False),
    Column("agent_id", ForeignKey("staff.id")),
    Column("assigned_at", Double),
    Column("awaiting_since", Double),
    Column("lease_until", Double),
    Column("ended_at", Double),
    Column("outcome", String(32)),
    Column("comment", Text),
    Column("language", String(8)),
    # The episode it was opened in; it differs from ``episode`` after a reopening.
    Column("first_episode", Integer, nullable=False, server_default="0"),
    Column("skills", JSON, nullable=False, server_default=text("'[]'")),
    Column("tags", JSON, nullable=False, server_default=text("'[]'")),
    Column("offered_to", String(32)),
    Column("offered_until", Double),
    # Snoozed without an ``until``: until the contact writes.
    Column("snoozed_at", Double),
    Column("snoozed_until", Double),
    Column("left_with_us_at", Double),
    Column("rung", Integer, nullable=False, server_default="0"),
    Column("rung_at", Double),
    # What the contact was told last: {"place": …, "low": …, "high": …}.
    Column("told", JSON(none_as_null=True)),
    # As announced last: {"first": "on_track", …}; when each is used up; and the nearest that can still be kept.
    Column("sla", JSON, nullable=False, server_default=text("'{}'")),
    Column("sla_due", JSON, nullable=False, server_default=text("'{}'")),
    Column("sla_due_at", Double),
    # What its row in the queue says, so that a list reads no conversation.
    Column("ask", Text),
    Column("ask_message", Integer),
    Column("mood", Double),
    # What was known of the contact and the matter when it ended.
    Column("known", JSON(none_as_null=True)),
)
_OPEN = text("state IN ('waiting', 'assigned')")
Index("uq_handoff_open", handoff.c.conversation_id, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index(
    "ix_handoff_queue",
    handoff.c.team,
    handoff.c.priority.desc(),
    handoff.c.waiting_since,
    handoff.c.id,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index("ix_handoff_ended_at", handoff.c.ended_at)
Index(
    "ix_handoff_agent",
    handoff.c.agent_id,
    sqlite_where=text("state = 'assigned'"),
    postgresql_where=text("state = 'assigned'"),
)
_OFFERED = text("offered_to IS NOT NULL")
Index("ix_handoff_offered_to", handoff.c.offered_to, sqlite_where=_OFFERED, postgresql_where=_OFFERED)

# What was done with a handoff, by whom and when. ``seconds`` of a claim or an end of waiting: how long it waited.
handoff_step = Table(
    "handoff_step",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("handoff_id", ForeignKey("handoff.id"), nullable=False),
    Column("what", String(12), nullable=False),
    Column("at", Double, nullable=False),
    Column("by", ForeignKey("staff.id")),
    Column("agent_id", ForeignKey("staff.id")),
    Column("team", String(64), nullable=False),
    Column("comment", Text),
    Column("seconds", Double),
    Index("ix_handoff_step_handoff_id_id", "handoff_id", "id"),
    Index("ix_handoff_step_team_what_at", "team", "what", "at"),
)

complaint = Table(
    "complaint",
    metadata,
    Column("reference", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("order_number", String(64)),
    Column("cause", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("filed_at", Double, nullable=False),
    Column("outcome", Text),
)

promise = Table(
    "promise",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("turn", Integer, nullable=False),
    Column("what", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("kept_at", Double),
    Column("broken_at", Double),
    Column("made_at", Double),
    Column("kind", String(12), nullable=False, server_default="effect"),
    Column("handoff_id", String(32), index=True),
)

event = Table(
    "event",
    metadata,
    Column("id", _BIG_KEY, primary_key=True, autoincrement=True),
    Column("conversation_id", String(255), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("at", Double, nullable=False),
    Index("ix_event_conversation_id_id", "conversation_id", "id"),
)

listener_cursor = Table(
    "listener_cursor",
    metadata,
    Column("listener", String(64), primary_key=True),
    Column("conversation_id", String(255), primary_key=True),
    Column("event_id", BigInteger, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("kind", String(32), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("due_at", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Double),
    Column("failure", Text),
    Column("set_aside", Boolean, nullable=False, server_default=text("false")),
    Index("ix_work_due_at", "due_at"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    # The first team is where they belong; they serve all of them.
    Column("teams", JSON, nullable=False, server_default=text("'[]'")),
    Column("slack_id", String(32), unique=True),
    Column("languages", JSON, nullable=False, server_default=text("'[]'")),
    Column("skills", JSON, nullable=False, server_default=text("'[]'")),
    Column("capacity", Integer, nullable=False, server_default="4"),
    # {"monday": ["09:00-13:00"], …} in the zone of their first team; without: that team's hours.
    Column("shifts", JSON(none_as_null=True)),
    Column("availability", String(8), nullable=False, server_default="here"),
    Column("away_until", Double),
    Column("token_hash", String(64), unique=True),
    Column("created_at", Double, nullable=False),
    Column("removed_at", Double),
)
_ON_ROSTER = text("removed_at IS NULL")
Index("uq_staff_name", staff.c.name, unique=True, sqlite_where=_ON_ROSTER, postgresql_where=_ON_ROSTER)
