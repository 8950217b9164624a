"""The buttons of a card: drawn from what may be done with its handoff, by one table."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    InteractiveElement,
    Option,
    OverflowMenuElement,
    PlainTextObject,
)

from conversations.handoff import Handoff
from conversations.staff import Principal, Role
from escalation.http.wire import May
from escalation.service.allowed import may

CLAIM, GREET, DECLINE = "claim", "greet", "decline"
RESOLVE, SNOOZE, WAKE, TRANSFER, GIVE_BACK = "resolve", "snooze", "wake", "transfer", "give_back"
RELEASE, STEP_IN, CANNED, GOODWILL, BLOCK = "release", "step_in", "canned", "goodwill", "block"
REOPEN, SEND_AGAIN, UNBLOCK = "reopen", "send_again", "unblock"
# The menu of what is needed seldom: the option's value is the act's name and the handoff.
MORE = "more"


@dataclass(frozen=True, slots=True)
class Offered:
    """A button. It is there when ``may`` is."""

    action: str
    title: str
    may: May
    style: str | None = None
    confirm: str | None = None


_ROW = (
    Offered(CLAIM, "Claim", "claim", "primary"),
    Offered(GREET, "Claim and greet", "claim"),
    Offered(RESOLVE, "Resolve", "resolve", "primary"),
    Offered(WAKE, "Wake", "wake"),
    Offered(SNOOZE, "Snooze", "snooze"),
    Offered(TRANSFER, "Transfer", "transfer"),
    Offered(
        GIVE_BACK,
        "Return to assistant",
        "return",
        confirm="The assistant answers the contact again. Choose this when a person is no longer needed.",
    ),
    Offered(DECLINE, "Not me", "decline"),
    Offered(REOPEN, "Reopen", "reopen"),
)
# An overflow menu has five options at most: https://docs.slack.dev/reference/block-kit/block-elements/overflow-menu-element
_MENU = (
    Offered(CANNED, "Canned reply", "reply"),
    Offered(GOODWILL, "Goodwill", "goodwill"),
    Offered(RELEASE, "Release", "release"),
    Offered(STEP_IN, "Step in", "step_in"),
    Offered(BLOCK, "Block the contact", "block"),
    Offered(UNBLOCK, "Answer the contact again", "unblock"),
)


def anybody_may(handoff: Handoff, *, blocked: bool = False) -> frozenset[May]:
    """What its holder, whoever it is offered to, or a lead may do: the card is everybody's; who presses is asked."""
    lead = Principal("", "", Role.ADMIN, (handoff.team,))
    theirs = [replace(lead, id=one, role=Role.AGENT) for one in (handoff.agent_id, handoff.offered_to) if one]
    return frozenset(act for who in (lead, *theirs) for act in may(who, handoff, blocked=blocked))


def actions(handoff_id: str, may: Collection[str]) -> Iterator[Block]:
    """The row of buttons, with the menu at its end; nothing when nothing may be done."""
    row: list[InteractiveElement] = [_button(one, handoff_id) for one in _ROW if one.may in may]
    menu = [one for one in _MENU if one.may in may]
    if menu:
        options = [Option(text=PlainTextObject(text=one.title), value=f"{one.action} {handoff_id}") for one in menu]
        row.append(OverflowMenuElement(action_id=MORE, options=options))
    if row:
        yield ActionsBlock(elements=row)


def _button(one: Offered, handoff_id: str) -> ButtonElement:
    confirm = one.confirm and ConfirmObject(title=f"{one.title}?", text=one.confirm, confirm="Yes", deny="Cancel")
    return button(one.title, one.action, handoff_id, style=one.style, confirm=confirm or None)


def button(
    title: str, action: str, value: str, *, style: str | None = None, confirm: ConfirmObject | None = None
) -> ButtonElement:
    """A button as all of ours are."""
    return ButtonElement(text=PlainTextObject(text=title), action_id=action, value=value, style=style, confirm=confirm)
