"""What one person alone is shown: the form of *Resolve*, the offer to send after all, and every refusal's words."""

from __future__ import annotations

import json

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    InputBlock,
    Option,
    PlainTextInputElement,
    PlainTextObject,
    RadioButtonsElement,
    SectionBlock,
)
from slack_sdk.models.views import View as Form

from conversations.handoff import Handoff, HandoffState
from escalation.adapters.slack.card import OUTCOMES
from vendors.slack.text import literal

CLAIM_AND_SEND, RESOLVE_FORM = "claim_and_send", "resolve_form"
COMMENT_LIMIT = 2000

NOT_ON_ROSTER = (
    "Only people on the support roster can do that, so nothing was changed. An admin adds you with: "
    "frontdesk agents add NAME --slack {slack_id}"
)
NOT_THE_DESK = "Your role does not take handoffs, so nothing was changed. Ask a lead if it should."
NOT_ITS_CARD = "This button does not belong to its card any more, so nothing was changed. Use the card in the lobby."
NO_FORM = "The form could not be opened. Press Resolve again."
FILE_NOT_SENT = "⚠️ {name} did not go to the contact: {why}."
FILE_KEPT = "The file stays among colleagues: the contact did not get it."
FILE_NOT_WITH_IT = "Files stay here: send them again once you have claimed it."
TOO_LARGE = "it is larger than {most} MB; send a smaller one, or a link"
EMPTY_FILE = "it is empty"
NO_ACCESS = "Slack does not give it to us ({code}); send it again, or a link"
ELSEWHERE = "it is kept outside of Slack; send its link in words"
SILENT_FILE = "Slack did not answer; send it again"
TOO_MANY = "⚠️ Only the first {most} files went to the contact: send the others in another message."
EDIT_PRIVATE = (
    "⚠️ Not changed for the contact: a message that has gone out cannot become a private note. "
    "They keep seeing the old text. Delete the message to take it back."
)
EDIT_MENTION = "⚠️ Not changed for the contact, because it mentions somebody now. They keep seeing the old text."
EDIT_STAYS = "⚠️ The contact's channel cannot change what it has shown: they keep seeing the old text."
EDIT_ENDED = "⚠️ This matter has ended: the contact keeps seeing the old text."
EDIT_NOT_YOURS = "⚠️ Only who wrote a message to the contact may change it: they keep seeing the old text."
ARRIVED = "There is nothing to send again. Nothing was changed."
KEPT_PRIVATE = "Kept among colleagues, since it begins with //. The contact did not get it."
KEPT_MENTION = "Kept among colleagues, because it mentions somebody. The contact did not get it."
KEPT_WAITING = "Kept among colleagues: nobody has claimed this yet. Shall the contact have it?"
KEPT_ENDED = "Kept among colleagues: this matter has ended, and the contact did not get it."


def who_has_it(state: HandoffState, agent: str | None) -> str:
    """Why an act on a handoff was refused: how it stands, and with whom."""
    words = {
        HandoffState.WAITING: "Nobody holds this handoff: claim it first.",
        HandoffState.ASSIGNED: f"{agent} has this handoff.",
        HandoffState.RESOLVED: f"This handoff was resolved by {agent}.",
        HandoffState.RETURNED: f"{agent} returned this conversation to the assistant.",
        HandoffState.ABANDONED: "The contact has called this off.",
    }
    return f"{words[state]} Nothing was changed."


def offer_to_send(text: str, handoff_id: str, key: str) -> list[Block]:
    """What was kept inside may still go to the contact; ``key`` is the note under which it was kept."""
    send = ButtonElement(
        text=PlainTextObject(text="Claim and send"), action_id=CLAIM_AND_SEND, value=f"{handoff_id} {key}"
    )
    return [SectionBlock(text=literal(text)), ActionsBlock(elements=[send])]


def outcome_form(handoff: Handoff, channel: str, ts: str | None) -> Form:
    """How did it end? The card's place goes with the form and comes back."""
    options = [Option(text=PlainTextObject(text=text), value=value) for value, text in OUTCOMES.items()]
    return Form(
        type="modal",
        callback_id=RESOLVE_FORM,
        title=PlainTextObject(text=f"Resolve {handoff.reference}"),
        submit=PlainTextObject(text="Resolve"),
        close=PlainTextObject(text="Cancel"),
        private_metadata=json.dumps({"handoff": handoff.id, "channel": channel, "ts": ts}),
        blocks=[
            InputBlock(
                block_id="outcome",
                label=PlainTextObject(text="How did it end?"),
                element=RadioButtonsElement(action_id="outcome", options=options, initial_option=options[0]),
            ),
            InputBlock(
                block_id="comment",
                label=PlainTextObject(text="Comment for colleagues"),
                optional=True,
                element=PlainTextInputElement(action_id="comment", multiline=True, max_length=COMMENT_LIMIT),
            ),
        ],
    )
