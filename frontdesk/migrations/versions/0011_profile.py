"""when each target is used up; a contact's time zone, and what the business says of them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("sla_due", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("contact", sa.Column("timezone", sa.String(length=64), nullable=True))
    op.add_column("contact", sa.Column("profile", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    op.drop_column("contact", "profile")
    op.drop_column("contact", "timezone")
    op.drop_column("handoff", "sla_due")
