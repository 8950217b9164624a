"""The form of *Resolve*: how it ended, what it was about, and whether the assistant may learn from it."""

from __future__ import annotations

from collections.abc import Sequence

from slack_sdk.models.views import View

from conversations.handoff import Handoff
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.status import OUTCOMES
from escalation.adapters.slack.views import parts

RESOLVE_FORM = "resolve_form"


def resolve_form(handoff: Handoff, place: Place, tags: Sequence[str]) -> View:
    """``tags`` are those in use."""
    blocks = [parts.radio("outcome", "How did it end?", OUTCOMES.items())]
    if tags:
        blocks.append(parts.several("tags", "What was it about?", [(tag, tag) for tag in tags]))
    blocks += [
        parts.tick("teach", "The assistant", "Teach the assistant from this"),
        parts.words("comment", "Comment for colleagues"),
    ]
    return parts.modal(RESOLVE_FORM, f"Resolve {handoff.reference}", "Resolve", parts.of_card(place), blocks)
