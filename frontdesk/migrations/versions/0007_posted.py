"""what is to be taken back in vendors' places; when contacts last left or came back, by the channel's clock"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posted",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("vendor_id", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posted")),
    )
    op.create_index(op.f("ix_posted_conversation_id"), "posted", ["conversation_id"])
    op.add_column("conversation", sa.Column("came_or_went_at", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("conversation", "came_or_went_at")
    op.drop_table("posted")
