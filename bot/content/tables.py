"""Tables of the content and its models, on the record's metadata. Nothing about contacts is in them.

``stored`` holds bytes by their SHA-256: content files, which all versions that have them share, and model files.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from conversations.store.tables import metadata

stored = Table(
    "stored",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("at", Double, nullable=False),
)

# A state of all content files, as a commit is one: ``files`` are paths to hashes.
content_version = Table(
    "content_version",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Double, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("files", JSON, nullable=False),
)

# A model that was made live once. ``content`` is null where it was trained before versions were kept.
models = Table(
    "models",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("name", String(128), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("content", ForeignKey("content_version.id")),
    Column("made_at", Double, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("verdict", JSON(none_as_null=True)),
    Column("live", Boolean, nullable=False, server_default=text("false")),
    Column("live_since", Double, nullable=False),
)
Index("ix_models_live", models.c.live, unique=True, sqlite_where=text("live"), postgresql_where=text("live"))
