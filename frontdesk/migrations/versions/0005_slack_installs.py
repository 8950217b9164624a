"""workspaces in which the Slack app is installed, and installs that were begun"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "slack_install",
        sa.Column("team_id", sa.String(length=64), nullable=False),
        sa.Column("team_name", sa.Text(), nullable=True),
        sa.Column("app_id", sa.String(length=64), nullable=True),
        sa.Column("bot_id", sa.String(length=64), nullable=True),
        sa.Column("bot_member", sa.String(length=64), nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("sealed_token", sa.Text(), nullable=True),
        sa.Column("installed_at", sa.Double(), nullable=False),
        sa.Column("revoked_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_slack_install")),
    )
    op.create_table(
        "slack_install_state",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_slack_install_state")),
    )


def downgrade() -> None:
    op.drop_table("slack_install_state")
    op.drop_table("slack_install")
