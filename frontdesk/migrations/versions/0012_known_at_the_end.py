"""what was known of a contact when their handoff ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("handoff", sa.Column("known", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("handoff", "known")
