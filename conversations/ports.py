"""What one side asks of another without importing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from conversations.handoff import Handoff
from conversations.model import Button, Command, Owner, command
from conversations.notices import Notices
from conversations.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting contact may be told: ``place`` in line; ``wait`` in words; ``opens`` when nobody works now."""

    place: int
    wait: str
    opens: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a handoff is about, as far as a team is chosen by it: kinds of reasons, intents, channel, language."""

    kinds: tuple[str, ...]
    intents: tuple[str, ...]
    channel: str
    language: str | None


# The highest priority, of a crisis: no place in line is told, and no way out or back to a program is shown.
_AT_ONCE = 9


def is_at_once(priority: int) -> bool:
    """Whether a handoff of this priority is about somebody in danger, so that nothing may sound like a queue."""
    return priority >= _AT_ONCE


def place_in_words(notices: Notices, handoff: Handoff, outlook: Outlook) -> str:
    """The place in line and the wait, or when people are back; in a crisis no place, and where help is meanwhile."""
    notices = notices.spoken(handoff.language)
    if is_at_once(handoff.priority):
        name = "at_once" if outlook.opens is None else "at_once_out_of_hours"
        return notices(name, handoff.id, opens=outlook.opens, wait=outlook.wait, reference=handoff.reference)
    if outlook.opens is not None:
        return notices("out_of_hours", handoff.id, opens=outlook.opens, reference=handoff.reference)
    return notices("place", handoff.id, place=outlook.place, wait=outlook.wait)


def waiting_buttons(notices: Notices, priority: int, owner: Owner = Owner.QUEUE) -> tuple[Button, ...]:
    """What somebody who waits may press: ask the assistant meanwhile, or need nobody any more. In a crisis nothing."""
    if is_at_once(priority):
        return ()
    cancel = command(notices("button_cancel_handoff"), Command.CANCEL_HANDOFF)
    meanwhile = command(notices("button_ask_meanwhile"), Command.ASK_MEANWHILE)
    return (meanwhile, cancel) if owner is Owner.QUEUE else (cancel,)


class Desk(Protocol):
    """What the gateway asks of escalation."""

    def team_for(self, opening: Opening) -> str:
        """The name of the team that a handoff goes to."""

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, judged now."""

    async def speaks(self, tx: Transaction, language: str) -> bool:
        """Whether somebody who takes handoffs writes this language (ISO 639-1)."""
