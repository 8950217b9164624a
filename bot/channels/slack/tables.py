"""Tables that only Slack's contacts use, on the record's metadata: where the app is installed."""

from __future__ import annotations

from sqlalchemy import Column, Double, String, Table, Text

from conversations.store.tables import metadata

# A workspace that installed the app by itself. ``sealed_token`` is encrypted; it is gone once it is revoked.
slack_install = Table(
    "slack_install",
    metadata,
    Column("team_id", String(64), primary_key=True),
    Column("team_name", Text),
    Column("app_id", String(64)),
    Column("bot_id", String(64)),
    Column("bot_member", String(64)),
    Column("scopes", Text, nullable=False),
    Column("sealed_token", Text),
    Column("installed_at", Double, nullable=False),
    Column("revoked_at", Double),
)

# Installs that were begun: the hash of the state that must come back, once.
slack_install_state = Table(
    "slack_install_state",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("until", Double, nullable=False),
)
