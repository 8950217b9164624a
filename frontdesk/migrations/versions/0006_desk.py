"""what the agents' desk keeps of posts, of files both ways, and of messages that wait for their files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _of_handoff(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["handoff_id"], ["handoff.id"], name=op.f(f"fk_{table}_handoff_id"))


def upgrade() -> None:
    op.create_table(
        "slack_post",
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("shown", sa.String(length=64), nullable=True),
        _of_handoff("slack_post"),
        sa.PrimaryKeyConstraint("handoff_id", "key", name=op.f("pk_slack_post")),
    )
    op.create_table(
        "slack_file",
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("file_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slack_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        _of_handoff("slack_file"),
        sa.PrimaryKeyConstraint("handoff_id", "file_id", name=op.f("pk_slack_file")),
    )
    op.create_table(
        "slack_outgoing",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("thread", sa.String(length=32), nullable=False),
        sa.Column("slack_id", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        _of_handoff("slack_outgoing"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_slack_outgoing")),
    )
    op.create_index(op.f("ix_slack_outgoing_handoff_id"), "slack_outgoing", ["handoff_id"])
    op.create_table(
        "desk_upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("handoff_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        _of_handoff("desk_upload"),
        sa.ForeignKeyConstraint(["agent_id"], ["staff.id"], name=op.f("fk_desk_upload_agent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_upload")),
    )
    op.create_index(op.f("ix_desk_upload_handoff_id"), "desk_upload", ["handoff_id"])


def downgrade() -> None:
    for table in ("desk_upload", "slack_outgoing", "slack_file", "slack_post"):
        op.drop_table(table)
