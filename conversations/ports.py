"""What one side asks of another without importing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from conversations.handoff import Handoff
from conversations.notices import Notices
from conversations.store.database import Transaction


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting contact may be told: ``place`` in line; ``wait`` in words; ``opens`` when nobody works now."""

    place: int
    wait: str
    opens: str | None = None


def place_in_words(notices: Notices, handoff: Handoff, outlook: Outlook) -> str:
    """The place in line and the wait, or when people are back."""
    notices = notices.spoken(handoff.language)
    if outlook.opens is not None:
        return notices("out_of_hours", handoff.id, opens=outlook.opens, reference=handoff.reference)
    return notices("place", handoff.id, place=outlook.place, wait=outlook.wait)


class Desk(Protocol):
    """What the gateway asks of escalation."""

    def team_for(self, reasons: tuple[str, ...]) -> str:
        """The team that a handoff with these kinds of reasons goes to."""

    async def outlook(self, tx: Transaction, handoff: Handoff) -> Outlook:
        """Place and wait, judged now."""

    async def speaks(self, tx: Transaction, language: str) -> bool:
        """Whether somebody who takes handoffs writes this language (ISO 639-1)."""
