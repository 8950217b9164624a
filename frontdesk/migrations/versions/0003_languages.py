"""the languages that people write, and the one that a contact wrote"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("language", sa.String(length=8), nullable=True))
    op.add_column("staff", sa.Column("languages", sa.JSON(), server_default=sa.text("'[]'"), nullable=False))


def downgrade() -> None:
    op.drop_column("staff", "languages")
    op.drop_column("handoff", "language")
