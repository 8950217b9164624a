"""What somebody wrote and the contact did not get: it may still be sent, or stay among colleagues."""

from __future__ import annotations

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from escalation.adapters.slack.buttons import button
from vendors.slack.text import literal

CLAIM_AND_SEND, REOPEN_AND_SEND, KEEP = "claim_and_send", "reopen_and_send", "keep"
TAKE_OVER, CLAIM_AGAIN, REOPEN = "Take over and send", "Claim again and send", "Reopen and send"
ONLY_DISCUSS, KEEP_AS_NOTE = "Only discuss", "Keep as note"


def offer(text: str, send: str, keep: str, handoff_id: str, key: str) -> list[Block]:
    """The two ways to go on, by their titles; ``key`` is the note under which it was kept."""
    action = REOPEN_AND_SEND if send == REOPEN else CLAIM_AND_SEND
    value = f"{handoff_id} {key}"
    buttons = [button(send, action, value, style="primary"), button(keep, KEEP, value)]
    return [SectionBlock(text=literal(text)), ActionsBlock(elements=buttons)]
