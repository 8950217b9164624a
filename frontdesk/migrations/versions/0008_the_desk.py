"""teams, routing, targets, steps, promises, canned replies, goodwill and suggestions: the desk grows up"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PARTED = {
    "sqlite": "UPDATE staff SET teams = json_array(team)",
    "postgresql": "UPDATE staff SET teams = json_build_array(team)",
}
_JOINED = {
    "sqlite": "UPDATE staff SET team = coalesce(json_extract(teams, '$[0]'), 'support')",
    "postgresql": "UPDATE staff SET team = coalesce(teams ->> 0, 'support')",
}


def upgrade() -> None:
    op.create_table(
        "slack_home",
        sa.Column("slack_id", sa.String(length=32), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=True),
        sa.Column("opened_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("slack_id", name=op.f("pk_slack_home")),
    )
    op.create_table(
        "slack_former",
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_slack_former_handoff_id")),
        sa.PrimaryKeyConstraint("handoff_id", "channel", "ts", name=op.f("pk_slack_former")),
    )
    op.create_table(
        "canned",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("team", sa.String(length=64), server_default="", nullable=False),
        sa.Column("language", sa.String(length=8), server_default="en", nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_canned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned")),
        sa.UniqueConstraint("team", "language", "name", name=op.f("uq_canned_team_language_name")),
    )
    op.create_table(
        "idempotency",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("request", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("made", sa.String(length=64), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_idempotency_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "tag",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("removed_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_tag_by")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_tag")),
    )
    op.create_table(
        "answered",
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("intent", sa.String(length=128), nullable=True),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_answered_conversation_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_answered_handoff_id")),
        sa.PrimaryKeyConstraint("conversation_id", "question", name=op.f("pk_answered")),
    )
    op.create_index(op.f("ix_answered_handoff_id"), "answered", ["handoff_id"], unique=False)
    op.create_index("ix_answered_intent_at", "answered", ["intent", "at"], unique=False)
    op.create_table(
        "goodwill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_goodwill_by")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_goodwill_contact_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_goodwill_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goodwill")),
        sa.UniqueConstraint("handoff_id", "key", name=op.f("uq_goodwill_handoff_id_key")),
    )
    op.create_index(op.f("ix_goodwill_contact_id"), "goodwill", ["contact_id"], unique=False)
    op.create_table(
        "handoff_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=True),
        sa.Column("agent_id", sa.String(length=32), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("fk_handoff_step_agent_id")),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_handoff_step_by")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_handoff_step_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff_step")),
    )
    op.create_index("ix_handoff_step_handoff_id_id", "handoff_step", ["handoff_id", "id"], unique=False)
    op.create_index("ix_handoff_step_team_what_at", "handoff_step", ["team", "what", "at"], unique=False)
    op.create_table(
        "reask",
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fact", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_reask_handoff_id")),
        sa.PrimaryKeyConstraint("handoff_id", "number", "fact", name=op.f("pk_reask")),
    )
    op.create_table(
        "teaching",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("question", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=32), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["staff.id"], name=op.f("fk_teaching_by")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_teaching_conversation_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_teaching_handoff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teaching")),
        sa.UniqueConstraint("conversation_id", "question", name=op.f("uq_teaching_conversation_id_question")),
    )
    op.create_index(op.f("ix_teaching_handoff_id"), "teaching", ["handoff_id"], unique=False)
    op.add_column("contact", sa.Column("blocked_at", sa.Double(), nullable=True))
    op.add_column("contact", sa.Column("blocked_by", sa.String(length=32), nullable=True))
    op.add_column("contact", sa.Column("blocked_why", sa.Text(), nullable=True))
    op.add_column("conversation", sa.Column("email", sa.String(length=254), nullable=True))
    op.add_column("conversation", sa.Column("mailed_through", sa.Integer(), server_default="0", nullable=False))
    op.add_column("conversation", sa.Column("away_since", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("first_episode", sa.Integer(), server_default="0", nullable=False))
    op.add_column("handoff", sa.Column("skills", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("handoff", sa.Column("tags", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("handoff", sa.Column("offered_to", sa.String(length=32), nullable=True))
    op.add_column("handoff", sa.Column("offered_until", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("snoozed_at", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("snoozed_until", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("left_with_us_at", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("rung", sa.Integer(), server_default="0", nullable=False))
    op.add_column("handoff", sa.Column("rung_at", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("told", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("handoff", sa.Column("sla", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("handoff", sa.Column("sla_due_at", sa.Double(), nullable=True))
    op.add_column("handoff", sa.Column("ask", sa.Text(), nullable=True))
    op.add_column("handoff", sa.Column("ask_message", sa.Integer(), nullable=True))
    op.add_column("handoff", sa.Column("mood", sa.Double(), nullable=True))
    op.create_index(
        "ix_handoff_agent",
        "handoff",
        ["agent_id"],
        unique=False,
        sqlite_where=sa.text("state = 'assigned'"),
        postgresql_where=sa.text("state = 'assigned'"),
    )
    op.create_index(
        "ix_handoff_offered_to",
        "handoff",
        ["offered_to"],
        unique=False,
        sqlite_where=sa.text("offered_to IS NOT NULL"),
        postgresql_where=sa.text("offered_to IS NOT NULL"),
    )
    op.add_column("promise", sa.Column("broken_at", sa.Double(), nullable=True))
    op.add_column("promise", sa.Column("made_at", sa.Double(), nullable=True))
    op.add_column("promise", sa.Column("kind", sa.String(length=12), server_default="effect", nullable=False))
    op.add_column("promise", sa.Column("handoff_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_promise_handoff_id"), "promise", ["handoff_id"], unique=False)
    op.add_column("staff", sa.Column("teams", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("staff", sa.Column("skills", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("staff", sa.Column("capacity", sa.Integer(), server_default="4", nullable=False))
    op.add_column("staff", sa.Column("shifts", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("staff", sa.Column("availability", sa.String(length=8), server_default="here", nullable=False))
    op.add_column("staff", sa.Column("away_until", sa.Double(), nullable=True))

    op.execute("UPDATE handoff SET first_episode = episode")
    op.execute(sa.text(_PARTED[op.get_bind().dialect.name]))
    op.drop_column("staff", "team")


def downgrade() -> None:
    op.add_column("staff", sa.Column("team", sa.String(length=64), server_default="support", nullable=False))
    op.execute(sa.text(_JOINED[op.get_bind().dialect.name]))
    op.drop_index("ix_handoff_offered_to", "handoff")
    op.drop_index("ix_handoff_agent", "handoff")
    op.drop_index(op.f("ix_promise_handoff_id"), "promise")
    op.drop_column("staff", "away_until")
    op.drop_column("staff", "availability")
    op.drop_column("staff", "shifts")
    op.drop_column("staff", "capacity")
    op.drop_column("staff", "skills")
    op.drop_column("staff", "teams")
    op.drop_column("promise", "handoff_id")
    op.drop_column("promise", "kind")
    op.drop_column("promise", "made_at")
    op.drop_column("promise", "broken_at")
    op.drop_column("handoff", "mood")
    op.drop_column("handoff", "ask_message")
    op.drop_column("handoff", "ask")
    op.drop_column("handoff", "sla_due_at")
    op.drop_column("handoff", "sla")
    op.drop_column("handoff", "told")
    op.drop_column("handoff", "rung_at")
    op.drop_column("handoff", "rung")
    op.drop_column("handoff", "left_with_us_at")
    op.drop_column("handoff", "snoozed_until")
    op.drop_column("handoff", "snoozed_at")
    op.drop_column("handoff", "offered_until")
    op.drop_column("handoff", "offered_to")
    op.drop_column("handoff", "tags")
    op.drop_column("handoff", "skills")
    op.drop_column("handoff", "first_episode")
    op.drop_column("conversation", "away_since")
    op.drop_column("conversation", "mailed_through")
    op.drop_column("conversation", "email")
    op.drop_column("contact", "blocked_why")
    op.drop_column("contact", "blocked_by")
    op.drop_column("contact", "blocked_at")
    op.drop_table("teaching")
    op.drop_table("reask")
    op.drop_table("handoff_step")
    op.drop_table("goodwill")
    op.drop_table("answered")
    op.drop_table("tag")
    op.drop_table("idempotency")
    op.drop_table("canned")
    op.drop_table("slack_former")
    op.drop_table("slack_home")
