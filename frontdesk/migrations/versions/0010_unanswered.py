"""what was not answered well, in groups, and labels of messages"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unanswered_group",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=False),
        sa.Column("centroid", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.Double(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("state", sa.String(length=10), server_default="new", nullable=False),
        sa.Column("state_at", sa.Double(), nullable=False),
        sa.Column("state_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("intent", sa.String(length=128), nullable=True),
        sa.Column("examples", sa.JSON(), nullable=True),
        sa.Column("content", sa.Integer(), nullable=True),
        sa.Column("model", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["content"], ["content_version.id"], name=op.f("fk_unanswered_group_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_group")),
    )
    op.create_index("ix_unanswered_group_last_at", "unanswered_group", ["last_at"])
    op.create_table(
        "unanswered_step",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["unanswered_group.id"], name=op.f("fk_unanswered_step_group_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_step")),
    )
    op.create_index(op.f("ix_unanswered_step_group_id"), "unanswered_step", ["group_id"])
    op.create_table(
        "unanswered",
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("through", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("sources", sa.String(length=128), nullable=False),
        sa.Column("ranking", sa.JSON(), nullable=True),
        sa.Column("personal", sa.JSON(), nullable=True),
        sa.Column("handoff_id", sa.String(length=32), nullable=True),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("answer_personal", sa.JSON(), nullable=True),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("encoder", sa.String(length=64), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("likeness", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_unanswered_conversation_id")),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f("fk_unanswered_handoff_id")),
        sa.ForeignKeyConstraint(["group_id"], ["unanswered_group.id"], name=op.f("fk_unanswered_group_id")),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_unanswered")),
    )
    op.create_index(op.f("ix_unanswered_handoff_id"), "unanswered", ["handoff_id"])
    op.create_index("ix_unanswered_group_id_likeness", "unanswered", ["group_id", sa.literal_column("likeness DESC")])
    op.create_index("ix_unanswered_at", "unanswered", ["at", "group_id", "conversation_id"])
    op.create_index(
        "ix_unanswered_pending",
        "unanswered",
        ["at"],
        sqlite_where=sa.text("pending"),
        postgresql_where=sa.text("pending"),
    )
    op.create_table(
        "label",
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("intent", sa.String(length=128), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_label_conversation_id")),
        sa.PrimaryKeyConstraint("conversation_id", "number", name=op.f("pk_label")),
    )
    op.create_index("ix_label_at", "label", ["at"])


def downgrade() -> None:
    op.drop_table("label")
    op.drop_table("unanswered")
    op.drop_table("unanswered_step")
    op.drop_table("unanswered_group")
