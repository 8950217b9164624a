"""The words of every refusal, and of what is told to one person alone."""

from __future__ import annotations

from conversations.handoff import (
    AlreadyOpen,
    HandoffError,
    HandoffState,
    Malformed,
    NobodyThere,
    NotAllowed,
    OverLimit,
    Reserved,
)
from escalation.service.suggesting import NoSuggestions

NOTHING = "Nothing was changed."
NOT_ON_ROSTER = (
    "Only people on the support roster can do that, so nothing was changed. An admin adds you with: "
    "frontdesk agents add NAME --slack {slack_id}"
)
NOT_THE_DESK = "Your role does not take handoffs, so nothing was changed. Ask a lead if it should."
ANOTHER_TEAMS = "This is another team's, so nothing was changed. Ask one of them, or a lead, to transfer it to you."
NOT_ITS_CARD = "This button does not belong to its card any more, so nothing was changed. Use the card in the lobby."
NOT_READ_AGAIN = "Slack does not give your words back, so nothing was changed. Claim it, and write them again."
NOT_YOUR_HOME = "This page is for the support team. If you have a question, write it under Messages."
NO_FORM = "The form could not be opened. Press the button again."
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
KEPT_LOST = "Kept among colleagues: you do not hold this any more, it waits again. Shall the contact have it?"
KEPT_TAKEN = "Kept among colleagues: {agent} has this handoff now, so the contact did not get it."
KEPT_RESOLVED = "Kept among colleagues: this matter has ended. Shall it be reopened, so that the contact has it?"
KEPT_MOVED = "Kept among colleagues: this goes on in another lobby, and the contact did not get it."
KEPT_ENDED = "Kept among colleagues: this matter has ended, and the contact did not get it."
NO_SUGGESTION = "This suggestion is not there any more. Nothing was sent."
NOBODY_IN_HAND = "You hold no handoff: claim one first."
CHOOSE_TARGET = "Choose a team or a person."
NOT_A_COLLEAGUE = "They are not on the support roster, or do not work at the desk."


def who_has_it(state: HandoffState, agent: str | None, seconds: float | None = None) -> str:
    """Why an act on a handoff was refused: how it stands, and with whom since how many ``seconds``."""
    since = "" if seconds is None else f", claimed {_ago(seconds)}"
    words = {
        HandoffState.WAITING: "Nobody holds this handoff: claim it first.",
        HandoffState.ASSIGNED: f"{agent} has this handoff{since}.",
        HandoffState.RESOLVED: f"This handoff was resolved by {agent}." if agent else "This handoff has ended.",
        HandoffState.RETURNED: f"{agent} returned this conversation to the assistant.",
        HandoffState.ABANDONED: "This handoff has ended: its contact waits no longer.",
    }
    return f"{words[state]} {NOTHING}"


def _ago(seconds: float) -> str:
    if seconds < 60:
        return "just now"
    minutes = round(seconds / 60)
    return f"{minutes} minutes ago" if minutes > 1 else "a minute ago"


def refusal(no: HandoffError) -> str | None:
    """A refusal that says itself why; None: how the handoff stands has to say it."""
    match no:
        case Reserved():
            return f"It is kept for {no.agent_name} just now, to whom it was offered. {NOTHING}"
        case AlreadyOpen() | NoSuggestions():
            return f"{type(no).__doc__} {NOTHING}"
        case Malformed() | NotAllowed() | OverLimit():
            return f"{no} {NOTHING}"
        case NobodyThere():
            return f"There is no such person or team. {NOTHING}"
        case _:
            return None
