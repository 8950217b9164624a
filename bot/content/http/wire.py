"""What several of the studio's routes show alike."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.content.models import Model


class ModelView(msgspec.Struct, frozen=True):
    """A model that was live once. ``verdict`` is what the gate found, None for one that it did not judge."""

    version: int
    content: int | None
    made_at: float
    made_by: str
    note: str
    live: bool
    live_since: float
    verdict: dict[str, Any] | None


def model_view(model: Model) -> ModelView:
    """A model as it is shown."""
    return ModelView(
        model.version,
        model.content,
        model.made_at,
        model.made_by,
        model.note,
        model.live,
        model.live_since,
        model.verdict,
    )
