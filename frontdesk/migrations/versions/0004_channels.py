"""files, edits and deletes, contacts who left, and what erasing and joining contacts needs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("left_at", sa.Double(), nullable=True))
    op.add_column("message", sa.Column("attachments", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("message", sa.Column("edited_at", sa.Double(), nullable=True))
    op.add_column("message", sa.Column("deleted_at", sa.Double(), nullable=True))
    op.create_table(
        "file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_file_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    op.create_index(op.f("ix_file_conversation_id"), "file", ["conversation_id"])
    op.create_table(
        "blob",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", "part", name=op.f("pk_blob")),
    )
    op.create_table(
        "erased_key",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased_key")),
    )
    op.create_index(op.f("ix_erased_key_until"), "erased_key", ["until"])
    op.create_table(
        "link_code",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.String(length=32), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_code_contact_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_link_code")),
    )
    op.create_index(op.f("ix_link_code_contact_id"), "link_code", ["contact_id"])


def downgrade() -> None:
    for table in ("link_code", "erased_key", "blob", "file"):
        op.drop_table(table)
    for column in ("deleted_at", "edited_at", "attachments"):
        op.drop_column("message", column)
    op.drop_column("conversation", "left_at")
