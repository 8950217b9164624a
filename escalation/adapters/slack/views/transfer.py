"""The form of *Transfer*: to a team, or to a person, with a word for them."""

from __future__ import annotations

from slack_sdk.models.blocks import UserSelectElement as PersonSelectElement
from slack_sdk.models.views import View

from conversations.handoff import Handoff
from escalation.adapters.slack.places import Place
from escalation.adapters.slack.views import parts
from escalation.config import Teams

TRANSFER_FORM = "transfer_form"


def transfer_form(handoff: Handoff, place: Place, teams: Teams) -> View:
    """A person goes before a team."""
    blocks = [
        parts.choice("team", "To a team", [(team.name, team.shown) for team in teams], optional=True),
        parts.field(
            "person",
            "Or to a person",
            PersonSelectElement(action_id="person"),
            optional=True,
            hint="Somebody on the roster. It is offered to them first, and waits in their team.",
        ),
        parts.words("comment", "What they should know", hint="Colleagues read it; the contact does not."),
    ]
    return parts.modal(TRANSFER_FORM, f"Transfer {handoff.reference}", "Transfer", parts.of_card(place), blocks)
